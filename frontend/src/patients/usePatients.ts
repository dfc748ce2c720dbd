import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap } from "@/api/client";

export const PATIENTS = ["patients"] as const;

const PAGE_SIZE = 200;
/** Pages that are asked for again by themselves when they have grown old. */
const CHEAP_PAGES = 3;

/** The clinic's patients by name, page after page, or those whom a search finds. */
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
    // Fifty pages would be fifty calls, one after the other, just for looking at the window again.
    refetchOnWindowFocus: isCheap,
    refetchOnMount: isCheap,
    refetchOnReconnect: isCheap,
  });
}

function isCheap({ state }: { state: { data?: { pages: unknown[] } } }): boolean {
  return (state.data?.pages.length ?? 0) <= CHEAP_PAGES;
}
