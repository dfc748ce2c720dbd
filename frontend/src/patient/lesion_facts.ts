import type { Schemas } from "@/api/client";
import { zoneOf, type Zone } from "@/findings/zone";
import type { Marks } from "@/viewer/Filmstrip";

type Image = Schemas["Image"];

/** What the overview says of one lesion. */
export interface LesionFacts {
  lesion: Schemas["Lesion"];
  /** As on the body map, from 1. */
  number: number;
  newest: Image | null;
  /** Of the newest photo that has an answer. */
  zone: Zone | null;
  /** Malignant probabilities, 0 to 1, the oldest first: of answers by the newest one's version. */
  course: number[];
  /** The newest verdict that stands on any of its photos. */
  verdict: Schemas["Review"] | null;
  /** The day by which somebody wants to see it again: YYYY-MM-DD. */
  dueOn: string | null;
  /** Its first photo is from the patient's newest visit, which is not the first one. */
  isNew: boolean;
  isReviewed: boolean;
}

const dayOf = ({ captured_at, created_at }: Image) => (captured_at ?? created_at).slice(0, 10);

/**
 * Gathers what is known of each lesion.
 *
 * @param images all of the patient's, the newest first.
 */
export function factsOf(
  lesions: readonly Schemas["Lesion"][],
  images: readonly Image[],
  marks: ReadonlyMap<string, Marks>,
): LesionFacts[] {
  const visits = [...new Set(images.map(dayOf))].sort();
  const [lastVisit, before] = [visits.at(-1), visits.at(-2)];
  return lesions.map((lesion, index) => {
    const own = images.filter(({ lesion_id }) => lesion_id === lesion.id);
    const answers = own.flatMap(({ id }) => marks.get(id)?.detection ?? []).filter(isAnswer);
    const verdicts = own
      .flatMap(({ id }) => marks.get(id)?.review ?? [])
      .sort((one, other) => other.created_at.localeCompare(one.created_at));
    const [newest, oldest] = [own[0] ?? null, own.at(-1)];
    const version = answers[0]?.model?.version;
    return {
      lesion,
      number: index + 1,
      newest,
      zone: answers[0] ? zoneOf(answers[0]) : null,
      // Another version's probabilities lie on another scale.
      course: answers
        .filter(({ model }) => model?.version === version)
        .map(({ probability_malignant }) => probability_malignant ?? 0)
        .reverse(),
      verdict: verdicts[0] ?? null,
      dueOn: verdicts[0]?.monitor_until ?? null,
      isNew: !!oldest && before !== undefined && dayOf(oldest) === lastVisit,
      isReviewed: own.every(({ id }) => !marks.get(id)?.detection || marks.get(id)?.review),
    };
  });
}

const isAnswer = (detection: Schemas["Detection"]) => zoneOf(detection) !== null;

export const FILTERS = ["all", "suspicious", "unreviewed", "due", "new"] as const;
export type Filter = (typeof FILTERS)[number];

export const ORDERS = ["number", "risk", "newest", "due", "site"] as const;
export type Order = (typeof ORDERS)[number];

export function isWanted(facts: LesionFacts, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "suspicious":
      return facts.zone === "above" || facts.zone === "borderline";
    case "unreviewed":
      return !facts.isReviewed;
    case "due":
      return facts.dueOn !== null;
    case "new":
      return facts.isNew;
  }
}

const RISK: Record<Zone, number> = { above: 3, borderline: 2, below: 1 };
const LAST = "9999";

export function inOrder(all: readonly LesionFacts[], order: Order): LesionFacts[] {
  const compare: Record<Order, (one: LesionFacts, other: LesionFacts) => number> = {
    number: (one, other) => one.number - other.number,
    risk: (one, other) => riskOf(other) - riskOf(one),
    newest: (one, other) => takenOf(other).localeCompare(takenOf(one)),
    due: (one, other) => (one.dueOn ?? LAST).localeCompare(other.dueOn ?? LAST),
    site: (one, other) =>
      (one.lesion.body_site ?? LAST).localeCompare(other.lesion.body_site ?? LAST),
  };
  return [...all].sort(compare[order]);
}

const riskOf = ({ zone, course }: LesionFacts) => (zone ? RISK[zone] : 0) + (course.at(-1) ?? 0);
const takenOf = ({ newest }: LesionFacts) => newest?.captured_at ?? newest?.created_at ?? "";
