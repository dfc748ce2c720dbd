import type { Zone } from "@/findings/zone";
import type { Point } from "./shapes";
import classes from "./BodyMap.module.css";

/** Half of the 44 pixels that a finger needs. */
export const REACH = 22;

/** A zone's shape with a number in it, and around it the place that a finger needs. */
export function PinShape({
  at: [x, y],
  scale,
  zone,
  text,
}: {
  at: Point;
  /** Units of the drawing in a pixel, so that a pin is as large in every drawing. */
  scale: number;
  zone: Zone | null;
  text: string;
}) {
  return (
    <g
      className={classes.shape}
      data-zone={zone ?? "none"}
      transform={`translate(${x} ${y}) scale(${scale})`}
    >
      <circle r={REACH} className={classes.reach} />
      {zone === "above" ? (
        <path d="M0,-15 L14.5,10.5 H-14.5 Z" className={classes.body} />
      ) : zone === "borderline" ? (
        <rect
          x={-10}
          y={-10}
          width={20}
          height={20}
          transform="rotate(45)"
          className={classes.body}
        />
      ) : (
        <circle r={11} className={classes.body} />
      )}
      <text y={zone === "above" ? 2.5 : 0.5}>{text}</text>
    </g>
  );
}
