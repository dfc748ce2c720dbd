import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schemas } from "@/api/client";
import { zoneOf } from "@/findings/zone";

export type Entry = Schemas["WorklistEntry"];

export const LISTS = ["unreviewed", "followUp", "due", "archivedOpen", "recent"] as const;
export type List = (typeof LISTS)[number];

export const ZONES = ["any", "above", "borderline", "below", "unassessable"] as const;
export type ZoneFilter = (typeof ZONES)[number];

export const ORDERS = ["risk", "newest", "oldest", "due"] as const;
export type Order = (typeof ORDERS)[number];

/** What is worked through, kept in the address: a reload and a sent link show the same. */
export function useQueueAddress() {
  const [search, setSearch] = useSearchParams();
  const of = <Value extends string>(name: string, known: readonly Value[], first: Value): Value =>
    known.find((value) => value === search.get(name)) ?? first;
  return {
    list: of<List>("list", LISTS, "unreviewed"),
    zone: of<ZoneFilter>("zone", ZONES, "any"),
    order: of<Order>("order", ORDERS, "risk"),
    isMine: search.has("mine"),
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

const PAGE = 100;
const MOST_PAGES = 10;

/** Everything on a list, so that it can be put in order; up to a thousand photos. */
export function useQueue(list: List) {
  return useQuery({
    queryKey: ["worklist", "queue", list],
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

/** Behind every day that is set. */
const LAST = "9999";

/** The entries of a filter in an order. */
export function arranged(
  entries: readonly Entry[],
  {
    zone,
    order,
    mine,
    overdueOn = null,
  }: {
    zone: ZoneFilter;
    order: Order;
    /** Only what this account asked for. */
    mine: string | null;
    /** Only what was to be seen again before this day, as YYYY-MM-DD. */
    overdueOn?: string | null;
  },
): Entry[] {
  const wanted = entries.filter(
    ({ detection, due_on }) =>
      (!overdueOn || (due_on && due_on < overdueOn)) &&
      (zone === "any" || zone === (zoneOf(detection) ?? "unassessable")) &&
      (!mine || detection.requested_by === mine),
  );
  const age = (one: Entry, other: Entry) =>
    one.detection.created_at.localeCompare(other.detection.created_at);
  const risk = ({ detection }: Entry) => detection.probability_malignant ?? -1;
  const compare: Record<Order, (one: Entry, other: Entry) => number> = {
    risk: (one, other) => risk(other) - risk(one) || age(one, other),
    newest: (one, other) => age(other, one),
    oldest: age,
    due: (one, other) =>
      (one.due_on ?? LAST).localeCompare(other.due_on ?? LAST) || age(one, other),
  };
  return wanted.sort(compare[order]);
}
