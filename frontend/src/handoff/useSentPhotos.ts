import { useEffect, useEffectEvent, useState } from "react";
import { api, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import { upload } from "@/api/upload";
import { captureDate } from "@/uploads/capture_date";
import { digestOf } from "@/uploads/digest";

/**
 * A photo that this phone hands in. In memory alone: somebody's own phone keeps no patient's photo,
 * and once the hand-off has ended it could not be sent any more.
 */
export interface SentPhoto {
  /** Also its idempotency key: sent twice, it is stored once. */
  id: string;
  file: File;
  /** When it was taken, RFC 3339, where that is known better than by the file. */
  takenAt?: string;
  /** "known": the lesion has it already, so it was not sent again. */
  state: "waiting" | "sending" | "done" | "known" | "refused";
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

  const send = useEffectEvent(async ({ id, file, takenAt }: SentPhoto) => {
    change(id, { state: "sending", progress: 0 });
    try {
      if (await isKnown(file, await token())) {
        setPause(0);
        return change(id, { state: "known", progress: 1 });
      }
      const form = new FormData();
      form.set("file", file, file.name);
      const capturedAt = takenAt ?? (await captureDate(file));
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
    add: (files: File[], takenAt?: string) =>
      setPhotos((all) => [
        ...all,
        ...files.map((file): SentPhoto => ({
          id: crypto.randomUUID(),
          file,
          takenAt,
          state: "waiting",
          progress: 0,
        })),
      ]),
  };
}

/**
 * Whether the lesion has this very file already.
 *
 * @throws Problem where it may be asked later; what can't be asked at all is sent.
 */
async function isKnown(file: File, token: string): Promise<boolean> {
  const digest = await digestOf(file);
  if (!digest) return false;
  try {
    const headers = { authorization: `Bearer ${token}` };
    const asked = api.POST("/hand-in/copies", { headers, body: { digests: [digest] } });
    return (await unwrap(asked)).digests.includes(digest);
  } catch (error) {
    if (error instanceof Problem && isPassing(error)) throw error;
    return false;
  }
}

/** Whether the same photo may be taken later. */
function isPassing(problem: Problem): boolean {
  return problem.isUnreachable || problem.status === 429 || problem.status >= 500;
}
