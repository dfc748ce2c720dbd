import type { Zone } from "@/findings/zone";
import { HEIGHT, WIDTH } from "./BodyFigure";
import type { BodyPosition } from "./body_sites";

/** A lesion's place on the map. */
export interface Pin {
  id: string;
  number: number;
  name: string;
  zone: Zone | null;
  position: BodyPosition;
}

/** Nearer than this, in the drawing's units, a finger can't tell two pins apart. */
const NEAR = 13;

/** Pins of one view in groups of those that lie too near each other to be pressed apart. */
export function clustered(pins: readonly Pin[]): Pin[][] {
  const groups: Pin[][] = [];
  for (const pin of pins) {
    const near = groups.filter((group) => group.some((other) => distance(pin, other) < NEAR));
    const merged = [...near.flat(), pin];
    groups.splice(0, groups.length, ...groups.filter((group) => !near.includes(group)), merged);
  }
  return groups;
}

function distance({ position: one }: Pin, { position: other }: Pin): number {
  return Math.hypot((one.x - other.x) * WIDTH, (one.y - other.y) * HEIGHT);
}

const RISK: Record<Zone, number> = { above: 3, borderline: 2, below: 1 };

/** The zone that matters most among some pins; null where none has an answer. */
export function highest(pins: readonly Pin[]): Zone | null {
  return pins.reduce<Zone | null>(
    (most, { zone }) => (zone && (!most || RISK[zone] > RISK[most]) ? zone : most),
    null,
  );
}
