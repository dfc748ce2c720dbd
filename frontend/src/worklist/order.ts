import type { Schemas } from "@/api/client";
import { zoneOf } from "@/findings/zone";

export type Entry = Schemas["WorklistEntry"];

export const ZONES = ["any", "above", "borderline", "below", "unassessable"] as const;
export type ZoneFilter = (typeof ZONES)[number];

export const ORDERS = ["risk", "newest", "oldest", "due"] as const;
export type Order = (typeof ORDERS)[number];

/** "all", "mine", "nobody", or a colleague's account. */
export type Whose = string;

interface Wanted {
  zone: ZoneFilter;
  order: Order;
  whose: Whose;
  /** Whose "mine" is. */
  me: string;
  /** Today, as YYYY-MM-DD. */
  day: string;
  /** Only what was to be seen again before today. */
  isOverdue?: boolean;
}

/** Behind every day that is set. */
const LAST = "9999";
/** Whom the model thinks nothing of is nearer to being ill than whom it thinks well. */
const BY_RISK = ["above", "borderline", "unassessable", "below"];

/**
 * The entries of a filter in an order, the photos of one lesion together where the first of them is.
 *
 * By risk is: the zone, what is overdue, the probability, and the day to see the lesion again.
 */
export function arranged(entries: readonly Entry[], wanted: Wanted): Entry[] {
  const { zone, order, day } = wanted;
  const isLate = ({ due_on }: Entry) => !!due_on && due_on < day;
  const found = entries.filter(
    (entry) =>
      (!wanted.isOverdue || isLate(entry)) &&
      (zone === "any" || zone === (zoneOf(entry.detection) ?? "unassessable")) &&
      isWhose(entry, wanted),
  );
  const age = (one: Entry, other: Entry) =>
    one.detection.created_at.localeCompare(other.detection.created_at);
  const due = (one: Entry, other: Entry) =>
    (one.due_on ?? LAST).localeCompare(other.due_on ?? LAST) || age(one, other);
  const rank = ({ detection }: Entry) => BY_RISK.indexOf(zoneOf(detection) ?? "unassessable");
  const probability = ({ detection }: Entry) => detection.probability_malignant ?? -1;
  const compare: Record<Order, (one: Entry, other: Entry) => number> = {
    risk: (one, other) =>
      rank(one) - rank(other) ||
      Number(isLate(other)) - Number(isLate(one)) ||
      probability(other) - probability(one) ||
      due(one, other),
    newest: (one, other) => age(other, one),
    oldest: age,
    due,
  };
  const groups = new Map<string, Entry[]>();
  for (const entry of found.sort(compare[order])) {
    const group = groups.get(lesionOf(entry));
    if (group) group.push(entry);
    else groups.set(lesionOf(entry), [entry]);
  }
  return [...groups.values()].flat();
}

/** What a photo is grouped by: its lesion, or itself while it belongs to none. */
export const lesionOf = ({ detection }: Entry): string => detection.lesion_id ?? detection.image_id;

/** Mine is what is assigned to me, and what I uploaded as long as it is assigned to nobody. */
function isWhose({ assigned_to, uploaded_by }: Entry, { whose, me }: Wanted): boolean {
  if (whose === "all") return true;
  if (whose === "nobody") return !assigned_to;
  if (whose === "mine") return assigned_to ? assigned_to === me : uploaded_by === me;
  return assigned_to === whose;
}

/** Only somebody who sees a finding can agree with it. */
export const canAgree = ({ detection }: Entry): boolean =>
  detection.status === "complete" && detection.assessable !== false;
