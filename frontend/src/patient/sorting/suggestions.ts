import type { Upload } from "@/uploads/queue";

/** Photos of one lesion are mostly taken one right after the other. */
const SAME_MOMENT_MS = 60_000;

/** Where a photo probably belongs, and what speaks for it. */
export type Suggestion =
  | { lesionId: string; ground: "alike"; points: number }
  | { lesionId: string; ground: "taken"; name: string };

type Photo = Pick<Upload, "id" | "name" | "capturedAt" | "choice">;

/**
 * Suggests a lesion for photos: the one whose newest photo shows the same points of the skin, or
 * else that of a photo which was taken within a minute of it.
 *
 * @param alike by the photos' ids.
 * @returns by the photos' ids; nothing for one that has a place, or for which nothing speaks.
 */
export function suggestionsFor(
  photos: Photo[],
  alike: ReadonlyMap<string, { lesionId: string; points: number }>,
): Map<string, Suggestion> {
  const found = new Map<string, Suggestion>();
  for (const { id, capturedAt, choice } of photos) {
    if (choice !== null) continue;
    const own = alike.get(id);
    if (own) {
      found.set(id, { ...own, ground: "alike" });
      continue;
    }
    const near = photos
      .map((photo) => ({ photo, apart: apartMs(photo.capturedAt, capturedAt) }))
      .filter(({ photo, apart }) => photo.id !== id && apart <= SAME_MOMENT_MS)
      .sort((one, other) => one.apart - other.apart);
    for (const { photo } of near) {
      const lesionId = photo.choice ?? alike.get(photo.id)?.lesionId;
      if (!lesionId || lesionId === "unsorted") continue;
      found.set(id, { lesionId, ground: "taken", name: photo.name });
      break;
    }
  }
  return found;
}

const apartMs = (one: string | null, other: string | null) =>
  one && other ? Math.abs(Date.parse(one) - Date.parse(other)) : Infinity;
