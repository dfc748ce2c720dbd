import type { Task } from "./align.worker";
import type { Attempt } from "./find_alignment";

/** Longer than any pair of photos takes on a phone. */
const MOST_MS = 30_000;

/**
 * Aligns two photos in a worker, so that the page goes on answering meanwhile.
 *
 * @throws Error where the browser can't, or it takes too long.
 */
export function alignInWorker(task: Task, signal: AbortSignal): Promise<Attempt> {
  const worker = new Worker(new URL("./align.worker.ts", import.meta.url), { type: "module" });
  const answer = new Promise<Attempt>((resolve, reject) => {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
    stop.addEventListener("abort", () => reject(new Error("It was given up.")));
    worker.addEventListener("message", ({ data }: MessageEvent<Attempt>) => resolve(data));
    worker.addEventListener("error", () => reject(new Error("It could not be computed.")));
    worker.postMessage(task);
  });
  return answer.finally(() => worker.terminate());
}
