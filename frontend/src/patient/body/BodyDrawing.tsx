import { useElementSize } from "@mantine/hooks";
import { useId, useMemo, type CSSProperties, type MouseEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { areaPath, linesPath, outlinePath, type Place } from "./drawing";
import type { Box, Point } from "./shapes";
import {
  areaOf,
  drawingOf,
  placeAt,
  positionAt,
  type BodyPosition,
  type Figure,
  type View,
} from "./views";
import classes from "./BodyMap.module.css";

/** One view of the body or a part of it, with left and right named; pins stand in it. */
export function BodyDrawing({
  view,
  figure,
  frame,
  lit,
  isLarge = false,
  onLight,
  onPress,
  children,
}: {
  view: View;
  figure: Figure;
  /** The part that is shown. */
  frame: Box;
  /** The place that is talked about. */
  lit: Place | null;
  isLarge?: boolean;
  onLight: (place: Place | null) => void;
  onPress: (position: BodyPosition) => void;
  /** @param scale units of the drawing in a pixel. */
  children: (scale: number) => ReactNode;
}) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const clip = useId();
  const drawn = drawingOf(view, figure);
  const [outline, lines, borders] = useMemo(
    () => [outlinePath(drawn), linesPath(drawn), drawn.areas.map(areaPath).join("")],
    [drawn],
  );
  const area = lit && areaOf(lit, view, figure);
  const positionOf = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const point: Point = [
      frame.x + ((event.clientX - box.left) / box.width) * frame.width,
      frame.y + ((event.clientY - box.top) / box.height) * frame.height,
    ];
    return positionAt(view, figure, point);
  };
  return (
    <div
      ref={ref}
      className={classes.frame}
      data-large={isLarge || undefined}
      style={{ "--shape": String(frame.width / frame.height) } as CSSProperties}
    >
      <svg
        viewBox={`${frame.x} ${frame.y} ${frame.width} ${frame.height}`}
        className={classes.map}
        role="group"
        aria-label={t(`patient.map.${view}`)}
        onMouseMove={(event) => onLight(placeAt(positionOf(event)))}
        onMouseLeave={() => onLight(null)}
        onClick={(event) => {
          // A press on a pin, or in the list of a cluster, is none on the skin.
          const pressed = event.target as Element;
          if (!pressed.closest("[role=button], [role=menu]")) onPress(positionOf(event));
        }}
      >
        <g aria-hidden>
          <defs>
            <clipPath id={clip}>
              <path d={outline} />
            </clipPath>
          </defs>
          <path d={outline} className={classes.figure} />
          <g clipPath={`url(#${clip})`}>
            <path d={borders} className={classes.area} vectorEffect="non-scaling-stroke" />
            {area && <path d={areaPath(area)} className={classes.lit} data-testid="lit" />}
          </g>
          <path d={lines} className={classes.lines} vectorEffect="non-scaling-stroke" />
        </g>
        {children(width ? frame.width / width : 1)}
      </svg>
    </div>
  );
}
