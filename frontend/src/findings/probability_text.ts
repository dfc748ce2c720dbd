import { modelPercent, percent } from "@/i18n/moments";

/** Nearer to the threshold than this, whole percentages could put an answer on its wrong side. */
const CLOSE = 0.015;

/**
 * A probability and its threshold as people read them: "18%" and "22%".
 *
 * Both get a decimal where they lie so close that the two would look alike.
 */
export function thresholdTexts(
  probability: number,
  threshold: number,
): { value: string; limit: string } {
  const digits = Math.abs(probability - threshold) < CLOSE ? 1 : 0;
  return {
    value: digits ? percent(probability, digits) : modelPercent(probability),
    limit: percent(threshold, digits),
  };
}
