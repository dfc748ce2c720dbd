import type { Zone } from "@/findings/zone";
import classes from "./BodyMap.module.css";

/** A zone's shape with a number in it, and around it the place that a finger needs. */
export function PinShape({
  x,
  y,
  zone,
  text,
}: {
  x: number;
  y: number;
  zone: Zone | null;
  text: string;
}) {
  return (
    <g className={classes.shape} data-zone={zone ?? "none"} transform={`translate(${x} ${y})`}>
      <circle r={13} className={classes.reach} />
      {zone === "above" ? (
        <path d="M0,-9.5 L9,6.5 H-9 Z" className={classes.body} />
      ) : zone === "borderline" ? (
        <rect
          x={-6.4}
          y={-6.4}
          width={12.8}
          height={12.8}
          transform="rotate(45)"
          className={classes.body}
        />
      ) : (
        <circle r={7} className={classes.body} />
      )}
      <text y={zone === "above" ? 1.5 : 0}>{text}</text>
    </g>
  );
}
