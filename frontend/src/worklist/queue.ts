import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api, unwrap } from "@/api/client";
import { ORDERS, ZONES, type Entry, type Order, type ZoneFilter } from "./order";

export const LISTS = ["unreviewed", "followUp", "due", "archivedOpen", "recent"] as const;
export type List = (typeof LISTS)[number];

/** What is worked through, kept in the address: a reload and a sent link show the same. */
export function useQueueAddress() {
  const [search, setSearch] = useSearchParams();
  const of = <Value extends string>(name: string, known: readonly Value[], first: Value): Value =>
    known.find((value) => value === search.get(name)) ?? first;
  return {
    list: of<List>("list", LISTS, "unreviewed"),
    zone: of<ZoneFilter>("zone", ZONES, "any"),
    order: of<Order>("order", ORDERS, "risk"),
    whose: search.get("whose") ?? "all",
    isOverdue: search.has("overdue"),
    chosen: search.get("photo"),
    change: (part: Record<string, string | null>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(part)) {
            if (value === null) after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true, preventScrollReset: true },
      ),
  };
}

/** The largest page that the API gives. */
const PAGE = 200;
const MOST_PAGES = 5;

export const queueKey = (list: List) => ["worklist", "queue", list] as const;

/** Everything on a list, so that it can be put in order; up to a thousand photos. */
export function useQueue(list: List) {
  return useQuery({
    queryKey: queueKey(list),
    queryFn: async ({ signal }) => {
      const entries: Entry[] = [];
      let cursor = "";
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = { limit: PAGE, cursor };
        const answer = await unwrap(
          list === "followUp"
            ? api.GET("/worklist/follow-ups", { params: { query }, signal })
            : api.GET("/worklist/detections", {
                params: {
                  query: { ...query, state: list === "archivedOpen" ? "archived_open" : list },
                },
                signal,
              }),
        );
        entries.push(...answer.items);
        cursor = answer.next_cursor ?? "";
        if (!cursor) break;
      }
      return entries;
    },
    // What is done here leaves the list here; what colleagues do is seen at the next visit.
    staleTime: Infinity,
    refetchOnMount: "always",
    refetchOnWindowFocus: false,
  });
}
