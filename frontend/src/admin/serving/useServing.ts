import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, told, type Schemas } from "@/api/client";
import { useServerEvents } from "@/api/useServerEvents";

export const SERVING = ["admin", "serving"] as const;

/** Every replica, kept up to date by the server's events. */
export function useServing() {
  const queryClient = useQueryClient();
  const serving = useQuery({
    queryKey: SERVING,
    queryFn: ({ signal }) => told(api.GET("/admin/serving", { signal })),
  });
  const isLive = useServerEvents("/api/admin/serving/stream", ({ event, data }) => {
    if (event === "serving")
      queryClient.setQueryData(SERVING, JSON.parse(data) as Schemas["Serving"]);
  });
  return { ...serving, isLive };
}
