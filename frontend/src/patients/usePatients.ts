import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap } from "@/api/client";

export const PATIENTS = ["patients"] as const;

const PAGE_SIZE = 200;
/** Up to so many pages are refetched automatically when they are stale. */
const CHEAP_PAGES = 3;

/** The clinic's patients by name, or those that a search finds, page by page. */
export function usePatients({ search, archived }: { search: string; archived: boolean }) {
  return useInfiniteQuery({
    queryKey: [...PATIENTS, { search, archived }],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/patients/", {
          params: { query: { search, archived, limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
    // Fifty pages would be fifty calls in a row, just for focusing the window.
    refetchOnWindowFocus: isCheap,
    refetchOnMount: isCheap,
    refetchOnReconnect: isCheap,
  });
}

function isCheap({ state }: { state: { data?: { pages: unknown[] } } }): boolean {
  return (state.data?.pages.length ?? 0) <= CHEAP_PAGES;
}
