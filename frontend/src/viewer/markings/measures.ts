/** A place on a photo, in its pixels, upright. */
export interface Point {
  x: number;
  y: number;
}

/** In pixels, square pixels and degrees; what a kind has not is 0. */
export interface Measures {
  length: number;
  area: number;
  longest: number;
  across: number;
  angle: number;
}

const NONE: Measures = { length: 0, area: 0, longest: 0, across: 0, angle: 0 };

/**
 * What points say while somebody draws, as patient_service computes it of what is stored
 * (patient_service/markings/geometry.py); both pass the cases of measure_cases.json.
 */
export function measuresOf(kind: string, points: readonly Point[]): Measures {
  const [first, second, third] = points;
  if (!first || !second) return NONE;
  if (kind === "length" || kind === "ruler") return { ...NONE, length: distance(first, second) };
  if (!third) return NONE;
  if (kind === "angle") return { ...NONE, angle: angleOf(first, second, third) };
  return kind === "outline" ? { ...NONE, area: areaOf(points), ...diametersOf(points) } : NONE;
}

export const distance = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y);

/** Of a closed outline that doesn't cross itself (the shoelace formula). */
export function areaOf(outline: readonly Point[]): number {
  const twice = outline.reduce((sum, { x, y }, index) => {
    const next = outline[(index + 1) % outline.length] ?? { x, y };
    return sum + x * next.y - next.x * y;
  }, 0);
  return Math.abs(twice) / 2;
}

function angleOf(one: Point, corner: Point, other: Point): number {
  const turn =
    Math.atan2(other.y - corner.y, other.x - corner.x) -
    Math.atan2(one.y - corner.y, one.x - corner.x);
  const degrees = Math.abs((turn * 180) / Math.PI);
  return Math.min(degrees, 360 - degrees);
}

/** The two points of an outline that lie farthest apart. */
export function longestOf(outline: readonly Point[]): [Point, Point] | null {
  let [found, longest]: [[Point, Point] | null, number] = [null, 0];
  outline.forEach((one, index) => {
    for (const other of outline.slice(index + 1)) {
      if (distance(one, other) > longest) [found, longest] = [[one, other], distance(one, other)];
    }
  });
  return found;
}

function diametersOf(outline: readonly Point[]): { longest: number; across: number } {
  const ends = longestOf(outline);
  if (!ends) return { longest: 0, across: 0 };
  const [one, other] = ends;
  const longest = distance(one, other);
  const along = { x: (other.x - one.x) / longest, y: (other.y - one.y) / longest };
  const sideways = outline.map(({ x, y }) => (y - one.y) * along.x - (x - one.x) * along.y);
  return { longest, across: Math.max(...sideways) - Math.min(...sideways) };
}
