import { useQueries, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { bytesAt } from "@/api/client";
import type { Upload } from "@/uploads/queue";
import { alignInWorker } from "../alignment/in_worker";
import { likeness, readColours } from "./colours";

/** A lesion as far as it is compared: by its newest photo. */
export interface Known {
  lesionId: string;
  imageId: string;
}

/** Of so many lesions, those most alike in colour, the points of the skin are compared. */
const COMPARED = 4;

/**
 * Which lesion each photo is most alike, computed in this browser, one photo after the other.
 *
 * The lesions most alike in colour are tried; one counts where enough points of the skin match for
 * two photos to be aligned: docs/decisions/0048-photos-are-aligned-in-the-browser.md.
 *
 * @returns by the photos' ids, as far as it is known yet.
 */
export function useAlike(
  photos: Upload[],
  lesions: Known[],
): { alike: Map<string, { lesionId: string; points: number }>; isLooking: boolean } {
  const queryClient = useQueryClient();
  const key = lesions.map(({ imageId }) => imageId).join(" ");
  const compared = useQueries({
    queries: photos.map((photo) => ({
      queryKey: ["alike", photo.id, key],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        inLine(() => mostAlike(photo.file, lesions, queryClient, signal)),
      staleTime: Infinity,
      retry: false,
    })),
  });
  const alike = new Map<string, { lesionId: string; points: number }>();
  photos.forEach(({ id }, index) => {
    const found = compared[index]?.data;
    if (found) alike.set(id, found);
  });
  return { alike, isLooking: compared.some(({ isFetching }) => isFetching) };
}

async function mostAlike(
  photo: Blob,
  lesions: Known[],
  queryClient: QueryClient,
  signal: AbortSignal,
): Promise<{ lesionId: string; points: number } | null> {
  const colours = await readColours(photo);
  const ranked = await Promise.all(
    lesions.map(async ({ lesionId, imageId }) => {
      const thumbnail = await thumbnailOf(imageId, queryClient);
      return { lesionId, thumbnail, alike: likeness(colours, await readColours(thumbnail)) };
    }),
  );
  ranked.sort((one, other) => other.alike - one.alike);
  let best: { lesionId: string; points: number } | null = null;
  for (const { lesionId, thumbnail } of ranked.slice(0, COMPARED)) {
    // On a busy machine a comparison is given up; the others may still tell.
    const pair = { left: photo, right: thumbnail };
    const attempt = await alignInWorker(pair, signal).catch(() => null);
    if (signal.aborted) return null;
    const points = attempt?.alignment ? attempt.matches : 0;
    if (points > (best?.points ?? 0)) best = { lesionId, points };
  }
  return best;
}

/** As the pictures beside the lesions' names are fetched, so each is fetched once. */
const thumbnailOf = (imageId: string, queryClient: QueryClient) => {
  const path = `/api/images/${imageId}/thumbnail`;
  return queryClient.query({
    queryKey: ["bytes", path],
    queryFn: ({ signal }) => bytesAt(path, signal),
    staleTime: Infinity,
  });
};

let last: Promise<unknown> = Promise.resolve();

/** One at a time, so that the page and its uploads go on meanwhile. */
function inLine<Result>(work: () => Promise<Result>): Promise<Result> {
  const next = last.then(work, work);
  last = next.catch(() => undefined);
  return next;
}
