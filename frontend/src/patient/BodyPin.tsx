import { useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { HEIGHT, WIDTH } from "./BodyFigure";
import type { Pin } from "./body_clusters";
import type { BodyPosition } from "./body_sites";
import { PinShape } from "./PinShape";
import classes from "./BodyMap.module.css";

/** A hand that presses trembles by less than this, in pixels. */
const STILL = 5;
/** How far an arrow key pushes, as a share of the drawing. */
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
  map,
  isChosen,
  onChoose,
  onMove,
}: {
  pin: Pin;
  map: RefObject<SVGSVGElement | null>;
  isChosen: boolean;
  onChoose: () => void;
  onMove?: (position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const [pushed, setPushed] = useState<BodyPosition | null>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const { position, zone, number, name } = pin;
  const at = pushed ?? position;

  const onPointerMove = (event: PointerEvent<SVGGElement>) => {
    const box = map.current?.getBoundingClientRect();
    if (!onMove || !start.current || !box) return;
    const [dx, dy] = [event.clientX - start.current.x, event.clientY - start.current.y];
    if (!wasDragged.current && Math.hypot(dx, dy) < STILL) return;
    wasDragged.current = true;
    setPushed(within(position, dx / box.width, dy / box.height));
  };
  const letGo = () => {
    start.current = null;
    if (pushed && wasDragged.current) onMove?.(pushed);
    setPushed(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow && onMove) {
      setPushed(within(at, ...arrow));
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
      aria-pressed={isChosen}
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
      <PinShape x={at.x * WIDTH} y={at.y * HEIGHT} zone={zone} text={String(number)} />
    </g>
  );
}

function within({ view, x, y }: BodyPosition, dx: number, dy: number): BodyPosition {
  const inside = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
  return { view, x: inside(x + dx), y: inside(y + dy) };
}
