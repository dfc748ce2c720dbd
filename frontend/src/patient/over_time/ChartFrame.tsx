import { Fragment } from "react";
import type { Schemas } from "@/api/client";
import { useTranslation } from "react-i18next";
import { day, percent } from "@/i18n/moments";
import { DAYS, HEIGHT, heightOf, type Layout, type PlacedStretch } from "./chart_layout";
import classes from "./LesionChart.module.css";

type Zones = Pick<NonNullable<Schemas["ClinicalCard"]["zones"]>, "lower" | "upper">;

const GRID = [0, 0.25, 0.5, 0.75, 1];

/** Scale, zones, versions and lines of the chart; who doesn't see it reads the table. */
export function ChartFrame({
  layout,
  zones,
}: {
  layout: Layout;
  /** Of each stretch's version; null where it has no borderline zone. */
  zones: (Zones | null)[];
}) {
  const { width, left, right, stretches } = layout;
  const placed = stretches.flatMap((stretch) => stretch.placed);
  const [first, last] = [placed[0], placed.at(-1)];
  return (
    <svg width={width} height={HEIGHT} className={classes.frame} aria-hidden>
      {stretches.map((stretch, index) => (
        <Bands key={stretch.from} stretch={stretch} zones={zones[index] ?? null} />
      ))}
      {GRID.map((share) => (
        <Fragment key={share}>
          <line
            className={classes.grid}
            x1={left}
            x2={right}
            y1={heightOf(share)}
            y2={heightOf(share)}
          />
          <text className={classes.scale} x={left - 6} y={heightOf(share) + 4} textAnchor="end">
            {percent(share)}
          </text>
        </Fragment>
      ))}
      {stretches.map((stretch, index) => (
        <StretchLines key={stretch.from} stretch={stretch} isFirst={index === 0} />
      ))}
      {first && (
        <text className={classes.scale} x={left} y={DAYS}>
          {day(first.point.at)}
        </text>
      )}
      {last && (
        <text className={classes.scale} x={right} y={DAYS} textAnchor="end">
          {day(last.point.at)}
        </text>
      )}
    </svg>
  );
}

function Bands({ stretch, zones }: { stretch: PlacedStretch; zones: Zones | null }) {
  const { from, to, threshold } = stretch;
  const { lower, upper } = zones ?? { lower: threshold, upper: threshold };
  const band = (low: number, high: number) => ({
    x: from,
    width: to - from,
    y: heightOf(high),
    height: heightOf(low) - heightOf(high),
  });
  return (
    <>
      <rect {...band(upper, 1)} className={classes.above} />
      {upper > lower && <rect {...band(lower, upper)} className={classes.borderline} />}
    </>
  );
}

/** The version's threshold, the line through its photos, and where it began to answer. */
function StretchLines({ stretch, isFirst }: { stretch: PlacedStretch; isFirst: boolean }) {
  const { t } = useTranslation();
  const { from, to, threshold, version, placed } = stretch;
  const level = heightOf(threshold);
  return (
    <>
      {!isFirst && <line className={classes.change} x1={from} x2={from} y1={4} y2={heightOf(0)} />}
      <text className={classes.version} x={from + (isFirst ? 0 : 4)} y={13}>
        {isFirst ? t("patient.course.byVersion", { version }) : version}
      </text>
      <line className={classes.threshold} x1={from} x2={to} y1={level} y2={level} />
      <polyline className={classes.line} points={placed.map(({ x, y }) => `${x},${y}`).join(" ")} />
    </>
  );
}
