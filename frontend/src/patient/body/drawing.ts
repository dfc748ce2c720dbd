import { REGIONS, type Region, type Side } from "./regions";
import { closed, mirrored, pointsOf, smooth, straight, type Point } from "./shapes";

/** A part of the skin that has a name: a region, on a side where the body has it twice. */
export interface Place {
  region: Region;
  side: Side | null;
}

/** A place with its edge in a drawing; beyond the body's outline nothing of it is seen. */
export interface Area extends Place {
  points: Point[];
}

export interface Drawing {
  width: number;
  height: number;
  outlines: Point[][];
  areas: Area[];
  lines: Point[][];
}

/** One side of a drawing, which has another side like it; points are in SVG's notation. */
interface Half {
  width: number;
  height: number;
  /** Whose side the given half is, the patient's; null where the drawing has no other half. */
  half: Side | null;
  outlines: string[];
  /** Of what lies in the middle, the half that begins and ends there. */
  single: Partial<Record<Region, string>>;
  paired: Partial<Record<Region, string>>;
  lines: string[];
}

const OTHER: Record<Side, Side> = { left: "right", right: "left" };

/** A whole drawing from its half; what is asked first of two that overlap stands first. */
export function drawing({ width, height, half, outlines, single, paired, lines }: Half): Drawing {
  const reflected = (points: readonly Point[]) => mirrored(points, width);
  const both = (points: Point[]) => (half ? [points, reflected(points)] : [points]);
  const entries = (of: Half["single"]) =>
    (Object.entries(of) as [Region, string][]).map(
      ([region, notation]) => [region, pointsOf(notation)] as const,
    );
  const areas = [
    ...entries(single).map(([region, points]): Area => {
      return { region, side: null, points: half ? closed(points, width) : points };
    }),
    ...entries(paired).flatMap(([region, points]): Area[] =>
      half
        ? [
            { region, side: half, points },
            { region, side: OTHER[half], points: reflected(points) },
          ]
        : [{ region, side: "right", points }],
    ),
  ];
  // An outline that reaches the middle is half of one; others are whole and there are two of them.
  const whole = outlines
    .map(pointsOf)
    .flatMap((points) => (points[0]?.[0] === width / 2 ? [closed(points, width)] : both(points)));
  return { width, height, outlines: whole, areas, lines: lines.map(pointsOf).flatMap(both) };
}

/** The same seen from the other side. */
export function reflection({ width, height, outlines, areas, lines }: Drawing): Drawing {
  const reflected = (points: readonly Point[]) => mirrored(points, width);
  return {
    width,
    height,
    outlines: outlines.map(reflected),
    areas: areas.map(({ region, side, points }) => ({
      region,
      side: side && OTHER[side],
      points: reflected(points),
    })),
    lines: lines.map(reflected),
  };
}

/** The same with each point moved. */
export function moved(
  { width, height, outlines, areas, lines }: Drawing,
  move: (point: Point) => Point,
): Drawing {
  return {
    width,
    height,
    outlines: outlines.map((points) => points.map(move)),
    areas: areas.map((area) => ({ ...area, points: area.points.map(move) })),
    lines: lines.map((points) => points.map(move)),
  };
}

export const outlinePath = ({ outlines }: Drawing) =>
  outlines.map((points) => smooth(points)).join("");

export const linesPath = ({ lines }: Drawing) =>
  lines.map((points) => smooth(points, { isClosed: false })).join("");

export const areaPath = ({ points }: Area) => straight(points);

/** Whether the body has this region on both sides. */
export const isPaired = (region: Region) => REGIONS[region].isPaired;
