import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap } from "@/api/client";
import type { Order } from "./patient_order";

export const PATIENTS = ["patients"] as const;

const PAGE_SIZE = 200;
/** Up to so many pages are refetched automatically when they are stale. */
const CHEAP_PAGES = 3;

/** The clinic's patients in an order, or those that a search finds, page by page. */
export function usePatients({
  search,
  archived,
  order,
}: {
  search: string;
  archived: boolean;
  order: Order;
}) {
  return useInfiniteQuery({
    queryKey: [...PATIENTS, { search, archived, ...order }],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/patients/", {
          params: { query: { search, archived, ...order, limit: PAGE_SIZE, cursor: pageParam } },
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
