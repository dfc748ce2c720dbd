/** Steps of each colour channel. */
const STEPS = 6;
/** Pictures are made this small first. */
const SIDE = 64;

/** How much of a picture has which colour: shares of a histogram, together 1. */
export type Colours = Float32Array;

/**
 * The colours of the middle of a picture, where the lesion lies.
 *
 * @param rgba of a square picture of any side, row by row.
 */
export function coloursOf(rgba: Uint8ClampedArray): Colours {
  const side = Math.sqrt(rgba.length / 4);
  const shares = new Float32Array(STEPS ** 3);
  let count = 0;
  const step = (value = 0) => Math.floor((value * STEPS) / 256);
  for (let at = 0; at < rgba.length; at += 4) {
    const [x, y] = [((at / 4) % side) + 0.5, Math.floor(at / 4 / side) + 0.5];
    if (Math.hypot(x - side / 2, y - side / 2) > side / 2) continue;
    const bin = (step(rgba[at]) * STEPS + step(rgba[at + 1])) * STEPS + step(rgba[at + 2]);
    shares[bin] = (shares[bin] ?? 0) + 1;
    count += 1;
  }
  return shares.map((share) => share / count);
}

/** Histogram intersection (Swain and Ballard 1991, doi:10.1007/BF00130487), 0 to 1. */
export function likeness(one: Colours, other: Colours): number {
  return one.reduce((sum, share, bin) => sum + Math.min(share, other[bin] ?? 0), 0);
}

/** The colours of a photo's central square. @throws Error where this browser can't read the file. */
export async function readColours(photo: Blob): Promise<Colours> {
  const bitmap = await createImageBitmap(photo);
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws nothing.");
  const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, x, y, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  return coloursOf(context.getImageData(0, 0, SIDE, SIDE).data);
}
