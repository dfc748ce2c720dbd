import { HEIGHTS, WIDTHS } from "./child";
import { areaPath, linesPath, outlinePath } from "./drawing";
import { wordOf } from "./place_names";
import { drawingOf, isWhole, VIEWS, type Figure, type View } from "./views";

/**
 * Every drawing of the body as the report draws it too: `gateway/exports/body_figures.json`.
 *
 * Paths are SVG's; `heights` and `widths` move a point of the adult's figure to the child's.
 */
export function figuresForReports() {
  const views = (figure: Figure, of: readonly View[]) =>
    Object.fromEntries(of.map((view) => [view, pathsOf(view, figure)]));
  return {
    adult: views("adult", VIEWS),
    child: views("child", VIEWS.filter(isWhole)),
    heights: HEIGHTS,
    widths: WIDTHS,
  };
}

function pathsOf(view: View, figure: Figure) {
  const drawn = drawingOf(view, figure);
  const { width, height, areas } = drawn;
  return {
    width,
    height,
    outline: outlinePath(drawn),
    lines: linesPath(drawn),
    areas: Object.fromEntries(areas.map((area) => [wordOf(area), areaPath(area)])),
  };
}
