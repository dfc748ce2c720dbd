import { ageInYears } from "@/i18n/calendar";
import type { Point } from "./shapes";

/** A child's figure is drawn below this age, in years. */
const GROWN = 10;

/** Heights on an adult's figure and on a child's: crown, chin, shoulders, crotch, soles. */
export const HEIGHTS = [
  [0, 0],
  [4, 4],
  [28.5, 39],
  [38, 47],
  [108.5, 124],
  [208.4, 208.4],
  [212, 212],
] as const;
/** How much wider a child is at these heights of the adult's figure. */
export const WIDTHS = [
  [0, 1.42],
  [24, 1.42],
  [33, 1.12],
  [42, 0.94],
  [80, 1.02],
  [108, 1.02],
  [150, 1.06],
  [212, 1],
] as const;
const MIDDLE = 50;

/** Where a point of the adult's figure lies on the child's: positions are stored as an adult's. */
export function toChild([x, y]: Point): Point {
  return [MIDDLE + (x - MIDDLE) * between(WIDTHS, y), between(HEIGHTS, y)];
}

/** The other way round. */
export function fromChild([x, y]: Point): Point {
  const height = between(
    HEIGHTS.map(([adult, child]) => [child, adult] as const),
    y,
  );
  return [MIDDLE + (x - MIDDLE) / between(WIDTHS, height), height];
}

export function isChild(birthDate: string | null | undefined): boolean {
  return !!birthDate && ageInYears(birthDate) < GROWN;
}

/** On straight lines from step to step. */
function between(steps: readonly (readonly [number, number])[], at: number): number {
  const after = Math.max(
    1,
    steps.findIndex(([from]) => from >= at),
  );
  const [[x1, y1], [x2, y2]] = [steps[after - 1] ?? [0, 0], steps[after] ?? [1, 1]];
  return y1 + ((at - x1) * (y2 - y1)) / (x2 - x1);
}
