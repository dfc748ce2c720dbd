import type { Figure } from "./views";
import { areaOf, drawingOf } from "./views";
import type { Focus } from "./place_names";
import { boxOf, type Box } from "./shapes";

/** How much of its surroundings is shown with a place: its own size, this many times. */
const AROUND = 1.7;
/** The narrowest part of a drawing that is shown, as a share of its width: a nose is not a page. */
const NARROWEST = 0.3;
/** Width by height of what is shown large. */
const SHAPE = 0.85;

/** The part of its drawing that shows a place large, or all of the drawing. */
export function frameOf({ view, place }: Focus, figure: Figure): Box {
  const { width, height } = drawingOf(view, figure);
  const area = place && areaOf(place, view, figure);
  if (!area) return { x: 0, y: 0, width, height };
  const box = boxOf(area.points);
  const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
  const wide = Math.min(
    width,
    Math.max(box.width * AROUND, box.height * AROUND * SHAPE, width * NARROWEST),
  );
  const high = Math.min(height, wide / SHAPE);
  return {
    x: inside(middleX - wide / 2, width - wide),
    y: inside(middleY - high / 2, height - high),
    width: wide,
    height: high,
  };
}

const inside = (value: number, most: number) => Math.min(Math.max(value, 0), most);
