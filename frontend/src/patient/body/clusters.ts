import type { Zone } from "@/findings/zone";
import { pointOf, type BodyPosition, type Figure } from "./views";

/** A lesion's place on the map. */
export interface Pin {
  id: string;
  number: number;
  name: string;
  zone: Zone | null;
  position: BodyPosition;
}

/**
 * Pins of one view in groups of those that lie too near each other to be pressed apart.
 *
 * @param reach nearer than this, in the drawing's units, a finger can't tell two pins apart.
 */
export function clustered(pins: readonly Pin[], reach: number, figure: Figure): Pin[][] {
  const groups: Pin[][] = [];
  for (const pin of pins) {
    const near = groups.filter((group) =>
      group.some((other) => distance(pin, other, figure) < reach),
    );
    const merged = [...near.flat(), pin];
    groups.splice(0, groups.length, ...groups.filter((group) => !near.includes(group)), merged);
  }
  return groups;
}

function distance({ position: one }: Pin, { position: other }: Pin, figure: Figure): number {
  const [[x1, y1], [x2, y2]] = [pointOf(one, figure), pointOf(other, figure)];
  return Math.hypot(x1 - x2, y1 - y2);
}

const RISK: Record<Zone, number> = { above: 3, borderline: 2, below: 1 };

/** The zone that matters most; null where none has an answer. */
export function highest(of: readonly { zone: Zone | null }[]): Zone | null {
  return of.reduce<Zone | null>(
    (most, { zone }) => (zone && (!most || RISK[zone] > RISK[most]) ? zone : most),
    null,
  );
}
