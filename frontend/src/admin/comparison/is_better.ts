/** Errors; of every other figure more is better. */
const LESS_IS_BETTER = ["brier", "ece", "not_assessable"];

/** Whether a change of a figure is for the better. */
export function isBetter(name: string, change: number): boolean {
  return LESS_IS_BETTER.includes(name) ? change < 0 : change > 0;
}
