import type { Zone } from "@/findings/zone";
import type { Point } from "./shapes";
import type { BodyPosition } from "./views";

/** A lesion's place on the map. */
export interface Pin {
  id: string;
  number: number;
  name: string;
  zone: Zone | null;
  position: BodyPosition;
}

/**
 * Pins of one picture in groups of those that lie too near each other to be pressed apart.
 *
 * @param reach nearer than this, in the picture's units, a finger can't tell two pins apart.
 * @param placeOf where a pin lies, in those units.
 */
export function clustered<Pinned>(
  pins: readonly Pinned[],
  reach: number,
  placeOf: (pin: Pinned) => Point,
): Pinned[][] {
  const isNear = (one: Pinned, other: Pinned) => {
    const [[x1, y1], [x2, y2]] = [placeOf(one), placeOf(other)];
    return Math.hypot(x1 - x2, y1 - y2) < reach;
  };
  const groups: Pinned[][] = [];
  for (const pin of pins) {
    const near = groups.filter((group) => group.some((other) => isNear(pin, other)));
    const merged = [...near.flat(), pin];
    groups.splice(0, groups.length, ...groups.filter((group) => !near.includes(group)), merged);
  }
  return groups;
}

/** The middle of points. */
export function middleOf(points: readonly Point[]): Point {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1)];
}

const RISK: Record<Zone, number> = { above: 3, borderline: 2, below: 1 };

/** The zone that matters most; null where none has an answer. */
export function highest(of: readonly { zone: Zone | null }[]): Zone | null {
  return of.reduce<Zone | null>(
    (most, { zone }) => (zone && (!most || RISK[zone] > RISK[most]) ? zone : most),
    null,
  );
}
