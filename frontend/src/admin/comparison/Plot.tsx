import type { ReactNode } from "react";
import classes from "./Plot.module.css";

/** Of the square that is drawn in, in the drawing's own units. */
export const SIDE = 200;
const TICKS = [0, 0.5, 1];

/** Where a share from 0 to 1 lies, from the left. */
export const across = (share: number) => share * SIDE;
/** Where a share from 0 to 1 lies, from the top. */
export const down = (share: number) => (1 - share) * SIDE;

/** A square with both axes from 0 to 1 and its diagonal. */
export function Plot({
  label,
  x,
  y,
  children,
}: {
  /** What the picture shows, for those who don't see it. */
  label: string;
  x: string;
  y: string;
  children: ReactNode;
}) {
  return (
    <svg className={classes.plot} viewBox="-42 -8 254 250" role="img" aria-label={label}>
      <rect className={classes.frame} width={SIDE} height={SIDE} />
      <line className={classes.diagonal} x1={0} y1={SIDE} x2={SIDE} y2={0} />
      {TICKS.map((tick) => (
        <g key={tick} className={classes.tick}>
          <text x={across(tick)} y={SIDE + 14} textAnchor="middle">
            {tick}
          </text>
          <text x={-6} y={down(tick) + 3} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      <text className={classes.axis} x={SIDE / 2} y={SIDE + 30} textAnchor="middle">
        {x}
      </text>
      <text
        className={classes.axis}
        transform={`translate(-30 ${SIDE / 2}) rotate(-90)`}
        textAnchor="middle"
      >
        {y}
      </text>
      {children}
    </svg>
  );
}
