import { placesOf, type Point, type Stretch } from "./chart_points";

/** Pixels around the plot: percentages at the left, versions above, verdicts and days below. */
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 14, 20, 40];
export const HEIGHT = 220;
/** Middle of the line of verdicts, and foot of the days. */
export const [VERDICTS, DAYS] = [HEIGHT - BOTTOM + 14, HEIGHT - 4];
/** The least from point to point, so that a finger meets the right one (WCAG 2.2, 2.5.8). */
const NEAREST = 24;

/** A photo with its place on the drawing, in pixels. */
export interface PlacedPoint {
  point: Point;
  x: number;
  y: number;
  /** The column that belongs to it, half-way to its neighbours. */
  from: number;
  to: number;
}

export interface PlacedStretch extends Stretch {
  from: number;
  to: number;
  placed: PlacedPoint[];
}

export interface Layout {
  width: number;
  left: number;
  right: number;
  stretches: PlacedStretch[];
}

/** Height of a share of 0 to 1 on the drawing, from its top. */
export const heightOf = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);

export function layoutOf(stretches: readonly Stretch[], width: number): Layout {
  const points = stretches.flatMap((stretch) => stretch.points);
  const [left, right] = [LEFT, width - RIGHT];
  // A little inside, so that the first and the last one are whole.
  const [start, end] = [left + 10, right - 10];
  const places = placesOf(
    points.map(({ at }) => Date.parse(at)),
    NEAREST / (end - start),
  );
  const across = places.map((place) => start + place * (end - start));
  const between = (index: number) => ((across[index - 1] ?? left) + (across[index] ?? right)) / 2;
  const placed = points.map((point, index): PlacedPoint => ({
    point,
    x: across[index] ?? left,
    y: heightOf(point.probability),
    from: index === 0 ? left : between(index),
    to: index === points.length - 1 ? right : between(index + 1),
  }));
  let done = 0;
  return {
    width,
    left,
    right,
    stretches: stretches.map((stretch) => {
      const own = placed.slice(done, done + stretch.points.length);
      done += own.length;
      return { ...stretch, placed: own, from: own[0]?.from ?? left, to: own.at(-1)?.to ?? right };
    }),
  };
}
