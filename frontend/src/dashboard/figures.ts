import type { Schemas } from "@/api/client";

type Entry = Schemas["WorklistEntry"];

/** What the newest photos come to, of one week or of all. */
export interface Figures {
  /** Verdicts, of which so many say what the model had said. */
  verdicts: number;
  agreed: number;
  /** Photos that a clinician or a biopsy says are malignant. */
  malignant: number;
  /** Hours from the answer to the verdict, the median; null without a verdict. */
  hours: number | null;
}

export interface Week extends Figures {
  /** Its first day. */
  since: Date;
}

const WEEK_MS = 7 * 86_400_000;

/** The figures of all photos together. */
export function figuresOf(entries: readonly Entry[]): Figures {
  const judged = entries.flatMap(({ detection, review }) => {
    const says = review && saidBy(review);
    return review && says ? [{ detection, review, says }] : [];
  });
  // An answer that names no label can't be agreed with.
  const comparable = judged.filter(({ review }) => review.given_on?.label);
  const hours = judged
    .map(({ detection, review }) => {
      const answered = detection.finished_at ?? detection.created_at;
      return (Date.parse(review.created_at) - Date.parse(answered)) / 3_600_000;
    })
    // A model that answered again later than the verdict had not been waited for.
    .filter((waited) => waited >= 0)
    .sort((one, other) => one - other);
  return {
    verdicts: comparable.length,
    agreed: comparable.filter(({ review, says }) => says === review.given_on?.label).length,
    malignant: judged.filter(({ says }) => says === "malignant").length,
    hours: median(hours),
  };
}

/** The same by the week in which each photo was assessed, the oldest first. */
export function weeksOf(entries: readonly Entry[], count: number, now = Date.now()): Week[] {
  return Array.from({ length: count }, (_, index) => {
    const from = now - (count - index) * WEEK_MS;
    const own = entries.filter(({ detection }) => {
      const at = Date.parse(detection.created_at);
      return at > from && at <= from + WEEK_MS;
    });
    return { since: new Date(from), ...figuresOf(own) };
  });
}

/** Whether a verdict calls the lesion malignant or benign; null where it says neither. */
function saidBy({ verdict, given_on }: Schemas["Review"]): "benign" | "malignant" | null {
  if (verdict === "agrees") return given_on?.label ?? null;
  if (verdict === "benign" || verdict === "biopsy_benign") return "benign";
  return verdict === "withdrawn" ? null : "malignant";
}

function median(sorted: readonly number[]): number | null {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
