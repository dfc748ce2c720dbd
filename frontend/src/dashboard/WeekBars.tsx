import classes from "./WeekBars.module.css";

const [HEIGHT, GAP, BAR] = [36, 4, 12];

/** A figure by week as small bars, the newest at the right; the text beside it says it. */
export function WeekBars({ values, most }: { values: (number | null)[]; most: number }) {
  const width = values.length * (BAR + GAP);
  return (
    <svg width={width} height={HEIGHT} className={classes.bars} aria-hidden>
      {values.map((value, index) => {
        // A week that has a figure shows at least a line.
        const height = value === null ? 0 : Math.max(2, (value / (most || 1)) * HEIGHT);
        return (
          <rect
            key={index}
            x={index * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            rx={1}
          />
        );
      })}
      <line x1={0} x2={width - GAP} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
    </svg>
  );
}
