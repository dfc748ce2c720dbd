/** A point of a drawing, in its units. */
export type Point = readonly [x: number, y: number];

/** Points in SVG's notation: "50,77.3 48.4,77.9". */
export function pointsOf(notation: string): Point[] {
  return notation
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [x = 0, y = 0] = pair.split(",").map(Number);
      return [x, y] as const;
    });
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The other half of a drawing that is the same on both sides of its middle. */
export function mirrored(points: readonly Point[], width: number): Point[] {
  return points.map(([x, y]): Point => [width - x, y]).reverse();
}

/** A half that begins and ends in the middle, closed by its mirror image. */
export function closed(half: readonly Point[], width: number): Point[] {
  return [...half, ...mirrored(half, width)];
}

/** Whether a polygon contains a point, by how often a ray from it crosses the edge. */
export function contains(polygon: readonly Point[], [x, y]: Point): boolean {
  let isInside = false;
  polygon.forEach(([x1, y1], index) => {
    const [x2, y2] = polygon[(index || polygon.length) - 1] ?? [0, 0];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  });
  return isInside;
}

export function boxOf(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

export function middleOf(points: readonly Point[]): Point {
  const { x, y, width, height } = boxOf(points);
  return [x + width / 2, y + height / 2];
}

const text = (...numbers: number[]) => numbers.map((number) => number.toFixed(2)).join(" ");

/** A polygon as an SVG path. */
export function straight(points: readonly Point[]): string {
  return `M${points.map(([x, y]) => text(x, y)).join("L")}Z`;
}

/** A smooth curve through points: Catmull and Rom's, as the Bézier curves that SVG knows. */
export function smooth(points: readonly Point[], { isClosed = true } = {}): string {
  const at = (index: number): Point => {
    const count = points.length;
    const place = isClosed ? (index + count) % count : Math.min(Math.max(index, 0), count - 1);
    return points[place] ?? [0, 0];
  };
  const parts = points.slice(isClosed ? 0 : 1).map((_, index) => {
    const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = [-1, 0, 1, 2].map((step) =>
      at(index + step),
    ) as [Point, Point, Point, Point];
    const [first, second] = [
      [x1 + (x2 - x0) / 6, y1 + (y2 - y0) / 6],
      [x2 - (x3 - x1) / 6, y2 - (y3 - y1) / 6],
    ];
    return `C${text(...first, ...second, x2, y2)}`;
  });
  return `M${text(...at(0))}${parts.join("")}${isClosed ? "Z" : ""}`;
}
