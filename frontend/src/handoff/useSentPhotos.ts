import { useEffect, useEffectEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { upload } from "@/api/upload";
import { captureDate } from "@/uploads/capture_date";

/**
 * A photo that this phone hands in. In memory alone: somebody's own phone keeps no patient's photo,
 * and once the hand-off has ended it could not be sent any more.
 */
export interface SentPhoto {
  /** Also its idempotency key: sent twice, it is stored once. */
  id: string;
  file: File;
  state: "waiting" | "sending" | "done" | "refused";
  /** Share of the bytes sent, 0 to 1. */
  progress: number;
  problem?: Problem;
}

const RETRY_MS = 3_000;
const DEADLINE_MS = 120_000;

/**
 * Hands photos in, one after the other.
 *
 * @param token gets the phone's token; called again with one that was refused.
 */
export function useSentPhotos(token: (refused?: string) => Promise<string>) {
  const [photos, setPhotos] = useState<SentPhoto[]>([]);
  const [pause, setPause] = useState(0);
  const change = (id: string, part: Partial<SentPhoto>) =>
    setPhotos((all) => all.map((photo) => (photo.id === id ? { ...photo, ...part } : photo)));

  const send = useEffectEvent(async ({ id, file }: SentPhoto) => {
    change(id, { state: "sending", progress: 0 });
    try {
      const form = new FormData();
      form.set("file", file, file.name);
      const capturedAt = await captureDate(file);
      if (capturedAt) form.set("captured_at", capturedAt);
      await upload({
        path: "/api/hand-in/photos",
        form,
        headers: { "idempotency-key": id },
        deadlineMs: DEADLINE_MS,
        onProgress: (progress) => change(id, { progress }),
        token,
      });
      setPause(0);
      change(id, { state: "done", progress: 1 });
    } catch (error) {
      const problem = error as Problem;
      if (isPassing(problem)) {
        change(id, { state: "waiting" });
        setPause((problem.retryAfter ?? 0) * 1_000 || RETRY_MS);
      } else {
        change(id, { state: "refused", problem });
      }
    }
  });

  useEffect(() => {
    const next = photos.find(({ state }) => state === "waiting");
    if (!next || photos.some(({ state }) => state === "sending")) return;
    const timer = setTimeout(() => void send(next), pause);
    return () => clearTimeout(timer);
  }, [photos, pause]);

  return {
    photos,
    add: (files: File[]) =>
      setPhotos((all) => [
        ...all,
        ...files.map((file): SentPhoto => ({
          id: crypto.randomUUID(),
          file,
          state: "waiting",
          progress: 0,
        })),
      ]),
  };
}

/** Whether the same photo may be taken later. */
function isPassing(problem: Problem): boolean {
  return problem.isUnreachable || problem.status === 429 || problem.status >= 500;
}
