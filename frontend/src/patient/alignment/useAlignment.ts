import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { alignInWorker } from "./in_worker";

/** How the left photo lies on the right one; computed once for each pair. */
export function useAlignment(left: Schemas["Image"], right: Schemas["Image"]) {
  const one = usePicture(`/api/images/${left.id}`).data;
  const other = usePicture(`/api/images/${right.id}`).data;
  return useQuery({
    queryKey: ["alignment", left.id, right.id],
    queryFn: ({ signal }) => {
      if (!one || !other) throw new Error("The photos are not there yet.");
      return alignInWorker({ left: one, right: other }, signal);
    },
    enabled: !!one && !!other && left.id !== right.id,
    staleTime: Infinity,
    retry: false,
  });
}
