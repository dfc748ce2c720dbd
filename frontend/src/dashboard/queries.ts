import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap } from "@/api/client";

export type List = "recent" | "unreviewed" | "pending" | "followUp" | "due" | "archivedOpen";

const WORKLIST = ["worklist"] as const;
export const PAGE_SIZE = 6;
/** How soon a colleague's verdict or a new result appears. */
const REFRESH_MS = 20_000;

/** One of the clinic's lists, newest first, page by page. */
export function useWorklist(list: List) {
  return useInfiniteQuery({
    queryKey: [...WORKLIST, list],
    queryFn: ({ pageParam: cursor, signal }) => {
      const page = { limit: PAGE_SIZE, cursor };
      return unwrap(
        list === "followUp"
          ? api.GET("/worklist/follow-ups", { params: { query: page }, signal })
          : api.GET("/worklist/detections", {
              params: {
                query: { ...page, state: list === "archivedOpen" ? "archived_open" : list },
              },
              signal,
            }),
      );
    },
    ...byCursor,
    // Whoever comes back from a patient sees what has changed there.
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
}

const FRESH_MS = 5 * 60_000;

/** How the last weeks went; fetched only when wanted. */
export function useFigures(isWanted: boolean) {
  return useQuery({
    queryKey: [...WORKLIST, "figures"],
    queryFn: ({ signal }) => unwrap(api.GET("/worklist/figures", { signal })),
    enabled: isWanted,
    staleTime: FRESH_MS,
  });
}

/** What one should look at first. */
export function useUrgent() {
  return useQuery({
    queryKey: [...WORKLIST, "urgent"],
    queryFn: ({ signal }) => unwrap(api.GET("/worklist/urgent", { signal })),
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
}

/** What is open, by colleague. */
export function useTeam() {
  return useQuery({
    queryKey: [...WORKLIST, "team"],
    queryFn: ({ signal }) => unwrap(api.GET("/worklist/team", { signal })),
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
}

/** How long the lists are. */
export function useCounts() {
  return useQuery({
    queryKey: [...WORKLIST, "counts"],
    queryFn: ({ signal }) => unwrap(api.GET("/worklist/counts", { signal })),
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
}

/** Which model answers now. */
export function useModelInUse() {
  return useQuery({
    queryKey: ["model-in-use"],
    queryFn: ({ signal }) => unwrap(api.GET("/predict/model", { signal })),
    refetchInterval: REFRESH_MS,
  });
}
