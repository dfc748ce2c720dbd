import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { useServerEvents } from "@/api/useServerEvents";
import { MODELS } from "./queries";

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
    if (event !== "serving") return;
    const before = queryClient.getQueryData<Schemas["Serving"]>(SERVING);
    const now = JSON.parse(data) as Schemas["Serving"];
    queryClient.setQueryData(SERVING, now);
    // What a replica has tried, measured or taken over stands beside the versions and releases too.
    if (before && outcome(before) !== outcome(now))
      void queryClient.invalidateQueries({ queryKey: MODELS });
  });
}

const outcome = ({ replicas }: Schemas["Serving"]) =>
  JSON.stringify(
    replicas.map(({ id, live_version, candidate, trials, last_error }) => [
      id,
      live_version,
      candidate?.version,
      trials.map((trial) => trial.id),
      last_error,
    ]),
  );
