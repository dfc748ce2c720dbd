import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { useServerEvents } from "@/api/useServerEvents";

export const SERVING = ["admin", "serving"] as const;

/** Every replica, as its follower last reported it. */
export function useServing() {
  return useQuery({
    queryKey: SERVING,
    queryFn: ({ signal }) => unwrap(api.GET("/admin/serving", { signal })),
  });
}

/**
 * Keeps `useServing` up to date; returns whether it is live.
 *
 * Once a page: each stream holds one of the few connections that a browser opens to a server.
 */
export function useServingStream(): boolean {
  const queryClient = useQueryClient();
  return useServerEvents("/api/admin/serving/stream", ({ event, data }) => {
    if (event === "serving")
      queryClient.setQueryData(SERVING, JSON.parse(data) as Schemas["Serving"]);
  });
}
