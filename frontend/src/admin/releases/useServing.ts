import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api, unwrap, type Schemas } from "@/api/client";
import { useServerEvents } from "@/api/useServerEvents";
import { MODELS, useModelsChanged } from "./queries";

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
  const modelsChanged = useModelsChanged();
  // Not what the cache holds: a fetch of `useServing` may have put the change there already.
  const seen = useRef<string>(undefined);
  return useServerEvents("/api/admin/serving/stream", ({ event, data }) => {
    if (event !== "serving") return;
    const now = JSON.parse(data) as Schemas["Serving"];
    queryClient.setQueryData(SERVING, now);
    const before = seen.current;
    seen.current = outcome(now);
    // What a replica has tried, measured or taken over stands beside the versions and releases too.
    if (before === undefined) void queryClient.invalidateQueries({ queryKey: MODELS });
    else if (before !== seen.current) void modelsChanged();
  });
}

/** What changes the versions; figures do when they are kept, some time after they were measured. */
const outcome = ({ replicas, judgements }: Schemas["Serving"]) =>
  JSON.stringify([
    judgements,
    replicas.map(({ id, live_version, candidate, trials, last_error }) => [
      id,
      live_version,
      candidate?.version,
      trials.map((trial) => trial.id),
      last_error,
    ]),
  ]);
