import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";

/** A lesion's photos, or those that belong to none yet. */
export type Shelf = { lesionId: string } | "unsorted";

export type TimelineKind = Schemas["TimelinePage"]["items"][number]["kind"];

export const keys = {
  patient: patientKey,
  lesions: (id: string) => [...patientKey(id), "lesions"] as const,
  images: (id: string, shelf: Shelf) => [...patientKey(id), "images", shelf] as const,
  ofImage: (id: string, imageId: string) => [...patientKey(id), "detections", imageId] as const,
  record: (id: string, imageId: string) => [...patientKey(id), "record", imageId] as const,
  sizes: (id: string, lesionId: string) => [...patientKey(id), "sizes", lesionId] as const,
  overviews: (id: string) => [...patientKey(id), "images", "overviews"] as const,
  pins: (id: string, imageId: string) => [...patientKey(id), "pins", imageId] as const,
  inError: (id: string) => [...patientKey(id), "images", "in-error"] as const,
  timeline: (id: string, filter: object) => [...patientKey(id), "timeline", filter] as const,
};
const PENDING_MS = 1_500;

export function usePatient(id: string) {
  return useQuery({
    queryKey: keys.patient(id),
    queryFn: () =>
      unwrap(api.GET("/patients/{patient_id}", { params: { path: { patient_id: id } } })),
  });
}

export function useLesions(patientId: string) {
  return useQuery({
    queryKey: keys.lesions(patientId),
    queryFn: () =>
      unwrap(
        api.GET("/patients/{patient_id}/lesions", {
          params: { path: { patient_id: patientId }, query: { limit: 200 } },
        }),
      ).then(({ items }) => items),
  });
}

/** All photos of a shelf, the newest first; none is asked for before one is chosen. */
export function useImages(patientId: string, shelf: Shelf | null) {
  return useQuery({
    queryKey: keys.images(patientId, shelf ?? "unsorted"),
    enabled: shelf !== null,
    queryFn: () =>
      imagesOf(
        patientId,
        shelf === null || shelf === "unsorted" ? { unsorted: true } : { lesion_id: shelf.lesionId },
      ),
  });
}

/** A patient's overview photos, the newest first. */
export function useOverviews(patientId: string) {
  return useQuery({
    queryKey: keys.overviews(patientId),
    queryFn: () => imagesOf(patientId, { overviews: true }),
  });
}

/** Where an overview photo shows which lesions. */
export function usePins(patientId: string, imageId: string) {
  return useQuery({
    queryKey: keys.pins(patientId, imageId),
    queryFn: () =>
      unwrap(api.GET("/images/{image_id}/pins", { params: { path: { image_id: imageId } } })),
  });
}

/** All photos of a patient, the newest first. */
export function useAllImages(patientId: string) {
  return useQuery({
    queryKey: [...patientKey(patientId), "images", "all"],
    queryFn: () => imagesOf(patientId, {}),
  });
}

async function imagesOf(
  patientId: string,
  part: { unsorted?: boolean; lesion_id?: string; overviews?: boolean },
): Promise<Schemas["Image"][]> {
  const images: Schemas["Image"][] = [];
  let cursor = "";
  do {
    const page: Schemas["Page_Image_"] = await unwrap(
      api.GET("/patients/{patient_id}/images", {
        params: { path: { patient_id: patientId }, query: { ...part, limit: 200, cursor } },
      }),
    );
    images.push(...page.items);
    cursor = page.next_cursor ?? "";
  } while (cursor);
  return images;
}

/** A photo's newest detection with its verdicts; null if it has none. */
export function useDetectionOf(patientId: string, imageId: string | null) {
  return useQuery({
    queryKey: keys.ofImage(patientId, imageId ?? ""),
    enabled: imageId !== null,
    queryFn: async () => {
      const { items } = await unwrap(
        api.GET("/patients/{patient_id}/detections", {
          params: { path: { patient_id: patientId }, query: { image_id: imageId ?? "", limit: 1 } },
        }),
      );
      const newest = items[0];
      if (!newest) return null;
      return await unwrap(
        api.GET("/detections/{detection_id}", { params: { path: { detection_id: newest.id } } }),
      );
    },
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? PENDING_MS : false),
  });
}

/** How large a lesion is on each of its photos that were measured, by the photo's id. */
export function useSizes(patientId: string, lesionId: string | null) {
  return useQuery({
    queryKey: keys.sizes(patientId, lesionId ?? ""),
    enabled: lesionId !== null,
    queryFn: () =>
      unwrap(
        api.GET("/patients/{patient_id}/sizes", {
          params: { path: { patient_id: patientId }, query: { lesion_id: lesionId ?? "" } },
        }),
      ),
    select: (sizes) => new Map(sizes.map((size) => [size.image_id, size])),
  });
}

/** All answers and verdicts of a photo. */
export function useImageRecord(patientId: string, imageId: string) {
  return useQuery({
    queryKey: keys.record(patientId, imageId),
    queryFn: () =>
      unwrap(api.GET("/images/{image_id}/record", { params: { path: { image_id: imageId } } })),
  });
}

/** The photos that were entered in error, the newest first. */
export function usePhotosInError(patientId: string) {
  return useQuery({
    queryKey: keys.inError(patientId),
    queryFn: () =>
      unwrap(
        api.GET("/patients/{patient_id}/images", {
          params: {
            path: { patient_id: patientId },
            query: { entered_in_error: true, limit: 200 },
          },
        }),
      ).then(({ items }) => items),
  });
}

export function useTimeline(
  patientId: string,
  filter: { kinds: TimelineKind[]; lesionId: string },
) {
  return useInfiniteQuery({
    queryKey: keys.timeline(patientId, filter),
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/patients/{patient_id}/timeline", {
          params: {
            path: { patient_id: patientId },
            query: { kind: filter.kinds, lesion_id: filter.lesionId, limit: 30, cursor },
          },
        }),
      ),
    ...byCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** Refetches everything about a patient. */
export function useRefreshPatient(patientId: string): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: keys.patient(patientId) });
}
