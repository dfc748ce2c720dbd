import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { PinShape } from "../body/PinShape";
import type { Point } from "../body/shapes";
import { usePushedPoint } from "../body/usePushedPoint";
import type { LesionFacts } from "../lesion_facts";
import type { Place } from "./usePins";
import bodyClasses from "../body/BodyMap.module.css";
import classes from "./Overviews.module.css";

/** Pixels from the lesion to its pin, which would hide it. */
export const ABOVE = 30;
/** How far an arrow key pushes, as a share of the photo. */
const STEP = 0.01;

/** A lesion on an overview photo: pressed, dragged, or pushed by arrow keys and Enter. */
export function OverviewPin({
  facts: { lesion, number, zone },
  at,
  size: { width, height },
  scale,
  isNew = false,
  onMove,
  onChoose,
}: {
  facts: LesionFacts;
  at: Place;
  /** Of the photo, pixels. */
  size: { width: number; height: number };
  /** Pixels of the photo in a pixel of the screen. */
  scale: number;
  /** It is about to be placed, and takes the focus. */
  isNew?: boolean;
  onMove?: (to: Place) => void;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const element = useRef<SVGGElement>(null);
  useEffect(() => {
    if (isNew) element.current?.focus();
  }, [isNew]);
  const pushed = usePushedPoint({
    at: [at.x * width, at.y * height],
    step: [STEP * width, STEP * height],
    perPixel: (map) => 1 / Math.min(map.width / width, map.height / height),
    within: ([x, y]): Point => [inside(x, width), inside(y, height)],
    onMove: onMove && (([x, y]) => onMove({ x: x / width, y: y / height })),
    onChoose,
  });
  const name = lesion.label || t("patient.lesion.unnamed");
  const [x, y] = pushed.at;
  const isPushed = pushed.isPushed || isNew;
  return (
    <g
      ref={element}
      {...pushed.handlers}
      // The photo is not dragged along with a pin.
      className={`${bodyClasses.marker} panzoom-exclude`}
      role="button"
      tabIndex={0}
      aria-label={
        isPushed
          ? t("overviews.pushed", { number, name })
          : [t("patient.map.marker", { number, name }), zone && t(`finding.zone.${zone}`)]
              .filter(Boolean)
              .join(", ")
      }
      data-pushed={isPushed || undefined}
    >
      <LesionMark at={[x, y]} scale={scale} isPinned />
      <PinShape at={[x, y - ABOVE * scale]} scale={scale} zone={zone} text={String(number)} />
    </g>
  );
}

/** A ring around the place itself, with a line to its own pin where it has one. */
export function LesionMark({
  at: [x, y],
  scale,
  isPinned = false,
}: {
  at: Point;
  scale: number;
  isPinned?: boolean;
}) {
  return (
    <g transform={`translate(${x} ${y}) scale(${scale})`} className={classes.target}>
      {isPinned && <path d={`M0,-8V-${ABOVE}`} />}
      <circle r={8} />
    </g>
  );
}

const inside = (value: number, most: number) => Math.min(Math.max(value, 0), most);
