import type { Schemas } from "@/api/client";
import { BACK } from "./back";
import { fromChild, toChild } from "./child";
import { moved, reflection, type Area, type Drawing, type Place } from "./drawing";
import { SOLES } from "./feet";
import { FRONT } from "./front";
import { PALMS } from "./hands";
import { HEAD } from "./head";
import { boxOf, contains, middleOf, type Point } from "./shapes";

export type BodyPosition = Schemas["BodyPosition"];
export type View = BodyPosition["view"];
export type Figure = "adult" | "child";

export const VIEWS: readonly View[] = [
  "front",
  "back",
  "head_right",
  "head_left",
  "palms",
  "soles",
];

const ADULT: Record<View, Drawing> = {
  front: FRONT,
  back: BACK,
  head_right: HEAD,
  head_left: reflection(HEAD),
  palms: PALMS,
  soles: SOLES,
};
const CHILD: Record<View, Drawing> = {
  ...ADULT,
  front: moved(FRONT, toChild),
  back: moved(BACK, toChild),
};

export function drawingOf(view: View, figure: Figure): Drawing {
  return (figure === "child" ? CHILD : ADULT)[view];
}

/** Whether a view shows all of the body. */
export const isWhole = (view: View) => view === "front" || view === "back";

/** Where a position lies in a figure's drawing, in its units. */
export function pointOf({ view, x, y }: BodyPosition, figure: Figure): Point {
  const { width, height } = ADULT[view];
  const point: Point = [x * width, y * height];
  return figure === "child" && isWhole(view) ? toChild(point) : point;
}

/** The position of a point in a figure's drawing. A child's is where it lies on an adult. */
export function positionAt(view: View, figure: Figure, point: Point): BodyPosition {
  const { width, height } = ADULT[view];
  const [x, y] = figure === "child" && isWhole(view) ? fromChild(point) : point;
  return { view, x: share(x / width), y: share(y / height) };
}

const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;

/** The named part of the skin at a position; null beside the body. */
export function placeAt(position: BodyPosition): Place | null {
  const { areas } = ADULT[position.view];
  const point = pointOf(position, "adult");
  const found = areas.find(({ points }) => contains(points, point));
  return found ? { region: found.region, side: found.side } : null;
}

export const isSame = (one: Place, other: Place) =>
  one.region === other.region && one.side === other.side;

/** The area of a place in a drawing, if it is seen there. */
export function areaOf(place: Place, view: View, figure: Figure): Area | undefined {
  return drawingOf(view, figure).areas.find((area) => isSame(area, place));
}

/** The drawing that shows a place the largest; undefined for what none shows. */
export function bestView(place: Place): View | undefined {
  const sizes = VIEWS.flatMap((view) => {
    const area = areaOf(place, view, "adult");
    if (!area) return [];
    const { width, height } = boxOf(area.points);
    return [{ view, size: (width * height) / (ADULT[view].width * ADULT[view].height) }];
  });
  return sizes.sort((one, other) => other.size - one.size)[0]?.view;
}

/** A position in the middle of a place; undefined for what no drawing shows. */
export function middleOfPlace(place: Place): BodyPosition | undefined {
  const view = bestView(place);
  const area = view && areaOf(place, view, "adult");
  return area && positionAt(view, "adult", middleOf(area.points));
}
