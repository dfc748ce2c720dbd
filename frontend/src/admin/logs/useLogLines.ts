import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap, type Schemas } from "@/api/client";
import { useServerEvents } from "@/api/useServerEvents";
import { queryOf, streamOf, type LogFilter } from "./log_filter";
import { mergeLines } from "./merge_lines";

type Line = Schemas["LogLine"];

const PAGE_SIZE = 100;

/** Matching lines, newest first: past ones and, while `isLive`, new ones. */
export function useLogLines(filter: LogFilter, isLive: boolean) {
  const [arrived, setArrived] = useState<Line[]>([]);
  const past = useInfiniteQuery({
    queryKey: ["admin", "logs", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/admin/logs", {
          params: { query: { ...queryOf(filter), limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    ...byCursor,
    // New lines arrive as events.
    refetchOnWindowFocus: false,
  });
  const isOpen = useServerEvents(isLive ? streamOf(filter) : null, ({ event, data }) => {
    if (event !== "log") return;
    const line = JSON.parse(data) as Line;
    setArrived((before) => mergeLines([line], before));
  });
  const pages = past.data?.pages.flatMap(({ items }) => items);
  return { past, isOpen, lines: pages && [...mergeLines(arrived, pages)] };
}
