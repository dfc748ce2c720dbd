import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

const FRESH_MS = 5 * 60_000;

/** A photo's size and dates. */
export const imageQuery = (imageId: string) =>
  queryOptions({
    queryKey: ["image", imageId],
    queryFn: () =>
      unwrap(api.GET("/images/{image_id}/info", { params: { path: { image_id: imageId } } })),
    staleTime: FRESH_MS,
  });

/** An answer with its cautions and the photo's verdicts. */
export const detectionQuery = (detectionId: string) =>
  queryOptions({
    queryKey: ["detection", detectionId],
    queryFn: () =>
      unwrap(
        api.GET("/detections/{detection_id}", { params: { path: { detection_id: detectionId } } }),
      ),
    staleTime: FRESH_MS,
  });
