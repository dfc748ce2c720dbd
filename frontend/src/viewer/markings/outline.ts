import simplify from "simplify-js";
import { areaOf, distance, type Point } from "./measures";

/** The most corners that the record takes. */
const MOST = 100;

/**
 * The closed outline that a hand has drawn.
 *
 * Few enough corners, and none of the loops that a hand makes where it meets its own line: of what
 * a crossing parts, the larger part is meant.
 *
 * @param tolerance how far the line may move, in the photo's pixels.
 */
export function outlineOf(drawn: readonly Point[], tolerance: number): Point[] {
  let [points, allowed] = [simplified(drawn, tolerance), tolerance];
  while (points.length > MOST) {
    allowed *= 1.5;
    points = simplified(drawn, allowed);
  }
  return withoutLoops(points);
}

function simplified(drawn: readonly Point[], tolerance: number): Point[] {
  const points = simplify([...drawn], tolerance, true);
  const [first, last] = [points[0], points.at(-1)];
  // The way back to the start is a side of its own.
  return first && last && points.length > 3 && distance(first, last) <= tolerance
    ? points.slice(0, -1)
    : points;
}

export function withoutLoops(outline: readonly Point[]): Point[] {
  const crossing = crossingOf(outline);
  if (!crossing) return [...outline];
  const { one, other, at } = crossing;
  const loop = [at, ...outline.slice(one + 1, other + 1)];
  const rest = [...outline.slice(0, one + 1), at, ...outline.slice(other + 1)];
  return withoutLoops(areaOf(loop) > areaOf(rest) ? loop : rest);
}

/** Two sides that cross, by the index of the corner where each begins, and where they do. */
function crossingOf(outline: readonly Point[]): { one: number; other: number; at: Point } | null {
  const corner = (index: number) => outline[index % outline.length] ?? { x: 0, y: 0 };
  for (let one = 0; one < outline.length; one++) {
    for (let other = one + 2; other < outline.length; other++) {
      // The first and the last side share a corner.
      if (one === 0 && other === outline.length - 1) continue;
      const at = meetingOf(corner(one), corner(one + 1), corner(other), corner(other + 1));
      if (at) return { one, other, at };
    }
  }
  return null;
}

/** Where the line from `a` to `b` crosses the one from `c` to `d`. */
function meetingOf(a: Point, b: Point, c: Point, d: Point): Point | null {
  const [along, across] = [
    { x: b.x - a.x, y: b.y - a.y },
    { x: d.x - c.x, y: d.y - c.y },
  ];
  const turn = along.x * across.y - along.y * across.x;
  if (turn === 0) return null;
  const share = ((c.x - a.x) * across.y - (c.y - a.y) * across.x) / turn;
  const other = ((c.x - a.x) * along.y - (c.y - a.y) * along.x) / turn;
  if (share < 0 || share > 1 || other < 0 || other > 1) return null;
  return { x: a.x + share * along.x, y: a.y + share * along.y };
}
