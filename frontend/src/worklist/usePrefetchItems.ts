import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { usePrefetchPictures } from "@/api/useBytes";
import { detectionQuery, imageQuery } from "./item_queries";
import type { Entry } from "./order";

/** Fetches the next photos with what is shown beside them. */
export function usePrefetchItems(entries: Entry[]): void {
  const queryClient = useQueryClient();
  usePrefetchPictures(
    entries.flatMap(({ detection: { image_id } }) => [
      `/api/images/${image_id}`,
      `/api/images/${image_id}/thumbnail`,
    ]),
  );
  const ids = entries.map(({ detection: { id, image_id } }) => `${id} ${image_id}`).join();
  useEffect(() => {
    for (const [detectionId = "", imageId = ""] of ids.split(",").map((pair) => pair.split(" "))) {
      if (!detectionId) continue;
      queryClient.query(imageQuery(imageId)).catch(() => undefined);
      queryClient.query(detectionQuery(detectionId)).catch(() => undefined);
    }
  }, [queryClient, ids]);
}
