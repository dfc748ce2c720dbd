import { useTranslation } from "react-i18next";
import type { Pin } from "./clusters";
import { PinShape } from "./PinShape";
import type { Box } from "./shapes";
import { usePushedPoint } from "./usePushedPoint";
import { pointOf, positionAt, type BodyPosition, type Figure } from "./views";
import classes from "./BodyMap.module.css";

/** How far an arrow key pushes, as a share of what is shown. */
const STEP = 0.01;

/** One lesion on the map: a press opens it, a drag or arrow keys and Enter put it elsewhere. */
export function BodyPin({
  pin,
  scale,
  figure,
  frame,
  onChoose,
  onMove,
}: {
  pin: Pin;
  /** Units of the drawing in a pixel. */
  scale: number;
  figure: Figure;
  frame: Box;
  onChoose: () => void;
  onMove?: (position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const { position, zone, number, name } = pin;
  const { at, isPushed, handlers } = usePushedPoint({
    at: pointOf(position, figure),
    step: [STEP * frame.width, STEP * frame.height],
    perPixel: (map) => frame.width / map.width,
    within: (point) => pointOf(positionAt(position.view, figure, point), figure),
    onMove: onMove && ((point) => onMove(positionAt(position.view, figure, point))),
    onChoose,
  });
  return (
    <g
      {...handlers}
      className={classes.marker}
      role="button"
      tabIndex={0}
      aria-label={
        isPushed
          ? t("patient.map.pushed", { number, name })
          : [t("patient.map.marker", { number, name }), zone && t(`finding.zone.${zone}`)]
              .filter(Boolean)
              .join(", ")
      }
      data-pushed={isPushed || undefined}
    >
      <PinShape at={at} scale={scale} zone={zone} text={String(number)} />
    </g>
  );
}
