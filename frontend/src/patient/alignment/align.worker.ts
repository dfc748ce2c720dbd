import { Image } from "image-js";
import { findAlignment, type Attempt } from "./find_alignment";

/** Pixels of the longer side; more finds no more and takes longer. */
const LARGEST = 480;

/** The photos as they are stored. */
export interface Task {
  left: Blob;
  right: Blob;
}

addEventListener("message", ({ data }: MessageEvent<Task>) => {
  align(data).then(
    (attempt) => postMessage(attempt),
    // Thrown outside of the promise, it reaches the page as an error of the worker.
    (reason: unknown) => setTimeout(() => reportError(reason)),
  );
});

async function align(task: Task): Promise<Attempt> {
  const [left, right] = await Promise.all([readGrey(task.left), readGrey(task.right)]);
  const { alignment, matches } = findAlignment(left.image, right.image);
  if (!alignment) return { alignment, matches };
  // From the small pictures' pixels to the photos' own.
  const { a, b, dx, dy } = alignment.similarity;
  const ratio = left.scale / right.scale;
  const similarity = {
    a: a * ratio,
    b: b * ratio,
    dx: dx / right.scale,
    dy: dy / right.scale,
  };
  return { alignment: { similarity, residual: alignment.residual / right.scale }, matches };
}

/** A photo made small, in grey levels, and by how much it was made small. */
async function readGrey(photo: Blob): Promise<{ image: Image; scale: number }> {
  const bitmap = await createImageBitmap(photo);
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("This browser draws nothing in a worker.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const data = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  return {
    image: new Image(width, height, { data, colorModel: "RGBA" }).convertColor("GREY"),
    scale,
  };
}
