import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Pin } from "./clusters";
import { PinShape } from "./PinShape";
import type { Box } from "./shapes";
import { pointOf, positionAt, type BodyPosition, type Figure } from "./views";
import classes from "./BodyMap.module.css";

/** A hand that presses trembles by less than this, in pixels. */
const STILL = 5;
/** How far an arrow key pushes, as a share of what is shown. */
const STEP = 0.01;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

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
  const [pushed, setPushed] = useState<BodyPosition | null>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const { position, zone, number, name } = pin;
  const at = pushed ?? position;

  const shifted = (from: BodyPosition, dx: number, dy: number) => {
    const [x, y] = pointOf(from, figure);
    return positionAt(from.view, figure, [x + dx, y + dy]);
  };
  const onPointerMove = (event: PointerEvent<SVGGElement>) => {
    const map = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (!onMove || !start.current || !map) return;
    const [dx, dy] = [event.clientX - start.current.x, event.clientY - start.current.y];
    if (!wasDragged.current && Math.hypot(dx, dy) < STILL) return;
    wasDragged.current = true;
    const perPixel = frame.width / map.width;
    setPushed(shifted(position, dx * perPixel, dy * perPixel));
  };
  const letGo = () => {
    start.current = null;
    if (pushed && wasDragged.current) onMove?.(pushed);
    setPushed(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow && onMove) {
      const [dx, dy] = arrow;
      setPushed(shifted(at, dx * frame.width, dy * frame.height));
    } else if (event.key === "Escape" && pushed) {
      setPushed(null);
    } else if (event.key === "Enter" || event.key === " ") {
      if (pushed) onMove?.(pushed);
      else onChoose();
      setPushed(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g
      className={classes.marker}
      role="button"
      tabIndex={0}
      aria-label={
        pushed
          ? t("patient.map.pushed", { number, name })
          : [t("patient.map.marker", { number, name }), zone && t(`finding.zone.${zone}`)]
              .filter(Boolean)
              .join(", ")
      }
      data-pushed={pushed !== null || undefined}
      onPointerDown={(event) => {
        start.current = { x: event.clientX, y: event.clientY };
        wasDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={letGo}
      onPointerCancel={() => {
        start.current = null;
        setPushed(null);
      }}
      onBlur={() => setPushed(null)}
      onClick={(event) => {
        event.stopPropagation();
        if (!wasDragged.current) onChoose();
      }}
      onKeyDown={onKeyDown}
    >
      <PinShape at={pointOf(at, figure)} scale={scale} zone={zone} text={String(number)} />
    </g>
  );
}
