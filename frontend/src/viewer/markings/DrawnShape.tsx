import "konva/lib/shapes/Arrow.js";
import "konva/lib/shapes/Circle.js";
import "konva/lib/shapes/Label.js";
import "konva/lib/shapes/Line.js";
import "konva/lib/shapes/Text.js";
import { Arrow, Circle, Group, Label, Line, Tag, Text } from "react-konva/lib/ReactKonvaCore.js";
import { longestOf, type Point } from "./measures";

export interface Shape {
  key: string;
  kind: string;
  /** In pixels of the photo. */
  points: Point[];
  label?: string;
  /** Still being drawn. */
  isDraft?: boolean;
}

const FONT = "Inter, system-ui, sans-serif";
const LIGHT = "#fff";
/** A light line over a dark one shows on any skin. */
const DARK = "rgba(0, 0, 0, 0.65)";
const [WIDE, NARROW] = [4.5, 2];
const [FONT_SIZE, LINE, PADDING] = [13, 1.25, 5];
/** As wide as the font's letters are at most on average. */
const LETTER = 7.5;

/** One marking, its points where they are seen on the screen. */
export function DrawnShape({ kind, points, isDraft = false }: Omit<Shape, "key">) {
  const flat = points.flatMap(({ x, y }) => [x, y]);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const isClosed = kind === "outline" && (!isDraft || points.length > 2);
  return (
    <Group>
      {kind === "arrow" && points.length > 1 && <ArrowLine points={flat} />}
      {kind !== "arrow" && points.length > 1 && <TwoLines points={flat} closed={isClosed} />}
      {kind === "outline" && !isDraft && <Longest outline={points} />}
      {hasEnds(kind, isDraft) &&
        (kind === "outline" ? [first] : points).map((point, index) => (
          <Circle
            key={index}
            {...point}
            radius={3.5}
            fill={LIGHT}
            stroke={DARK}
            strokeWidth={1.5}
          />
        ))}
    </Group>
  );
}

const hasEnds = (kind: string, isDraft: boolean) =>
  kind === "length" || kind === "ruler" || kind === "angle" || kind === "text" || isDraft;

function TwoLines({
  points,
  closed,
  dash,
}: {
  points: number[];
  closed?: boolean;
  dash?: number[];
}) {
  const line = { points, closed, dash, lineJoin: "round", lineCap: "round" } as const;
  return (
    <>
      <Line {...line} stroke={DARK} strokeWidth={WIDE} />
      <Line {...line} stroke={LIGHT} strokeWidth={NARROW} />
    </>
  );
}

function ArrowLine({ points }: { points: number[] }) {
  const arrow = { points, pointerLength: 12, pointerWidth: 11, lineCap: "round" } as const;
  return (
    <>
      <Arrow {...arrow} stroke={DARK} fill={DARK} strokeWidth={WIDE} />
      <Arrow {...arrow} stroke={LIGHT} fill={LIGHT} strokeWidth={NARROW} />
    </>
  );
}

/** The largest diameter, so that one sees what was measured. */
function Longest({ outline }: { outline: Point[] }) {
  const ends = longestOf(outline);
  if (!ends) return null;
  return <TwoLines points={ends.flatMap(({ x, y }) => [x, y])} dash={[5, 6]} />;
}

/** What is said of a marking, near it and inside of the view. */
export function ShapeLabel({
  kind,
  points,
  label,
  view,
}: Omit<Shape, "key"> & { view: { width: number; height: number } }) {
  if (!label) return null;
  const lines = label.split("\n");
  const width = Math.max(...lines.map(({ length }) => length)) * LETTER + 2 * PADDING;
  const height = lines.length * LINE * FONT_SIZE + 2 * PADDING;
  const { x, y } = besides(kind, points);
  return (
    <Label
      x={Math.max(0, Math.min(x, view.width - width))}
      y={Math.max(0, Math.min(y, view.height - height))}
    >
      <Tag fill="rgba(20, 20, 20, 0.82)" cornerRadius={5} />
      <Text
        text={label}
        fill={LIGHT}
        fontFamily={FONT}
        fontSize={FONT_SIZE}
        padding={PADDING}
        lineHeight={LINE}
      />
    </Label>
  );
}

/** Where a marking's words begin: near it, and not on what it shows. */
function besides(kind: string, points: Point[]): Point {
  const [first = { x: 0, y: 0 }, second = first] = points;
  if (kind === "text") return { x: first.x + 8, y: first.y + 8 };
  if (kind === "angle") return { x: second.x + 10, y: second.y + 10 };
  if (kind === "outline") {
    const lowest = points.reduce((so, point) => (point.y > so.y ? point : so), first);
    return { x: lowest.x, y: lowest.y + 8 };
  }
  const right = second.x > first.x ? second : first;
  return { x: right.x + 10, y: right.y - 12 };
}
