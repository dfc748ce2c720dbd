/** Frames are judged on a square of this side, as the model judges photos. */
export const JUDGED_SIDE = 224;

/**
 * Below it a frame is blurred. Of the twelve example photos all are above 13, and all below 5 after
 * a Gaussian blur of 2 of 224 pixels.
 */
const LEAST_SHARPNESS = 8;
/** Of a frame's mean grey: the model calls a photo beyond these not assessable. */
const DARKEST = 40;
const BRIGHTEST = 235;
/** The share of pixels that show nothing but a lamp's reflection. */
const MOST_GLARE = 0.02;
const GLARING = 250;

export type Light = "dark" | "bright" | "glare" | "good";

/** Rec. 601 grey values of RGBA pixels, 0 to 255. */
export function greyOf(rgba: Uint8ClampedArray): Float32Array {
  const grey = new Float32Array(rgba.length / 4);
  for (let at = 0; at < grey.length; at++) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(4 * at, 4 * at + 3);
    grey[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return grey;
}

/**
 * Variance of the Laplacian (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548): the sharper a
 * picture, the more.
 *
 * @param grey of a square of `side` × `side` pixels, row by row.
 */
export function sharpnessOf(grey: Float32Array, side: number): number {
  let [sum, squares] = [0, 0];
  const at = (index: number) => grey[index] ?? 0;
  for (let row = 1; row < side - 1; row++) {
    for (let column = 1; column < side - 1; column++) {
      const here = row * side + column;
      const edge = 4 * at(here) - at(here - 1) - at(here + 1) - at(here - side) - at(here + side);
      sum += edge;
      squares += edge * edge;
    }
  }
  const count = (side - 2) ** 2;
  return squares / count - (sum / count) ** 2;
}

export const isBlurred = (grey: Float32Array, side: number) =>
  sharpnessOf(grey, side) < LEAST_SHARPNESS;

/** Whether there is enough light, too much, or a reflection in it. */
export function lightOf(grey: Float32Array): Light {
  let [sum, glaring] = [0, 0];
  for (const value of grey) {
    sum += value;
    if (value >= GLARING) glaring += 1;
  }
  const mean = sum / grey.length;
  if (mean < DARKEST) return "dark";
  if (mean > BRIGHTEST) return "bright";
  return glaring / grey.length > MOST_GLARE ? "glare" : "good";
}
