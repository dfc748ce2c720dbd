import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";
import { thresholdTexts } from "./probability_text";
import classes from "./ProbabilityScale.module.css";

type Zones = Pick<NonNullable<Schemas["ClinicalCard"]["zones"]>, "lower" | "upper">;

/** The calibrated probability on a scale of 0 to 1, with the threshold and the zone around it. */
export function ProbabilityScale({
  probability,
  threshold,
  zones = null,
}: {
  probability: number;
  threshold: number;
  /** Null for versions without a borderline zone. */
  zones?: Zones | null;
}) {
  const { t } = useTranslation();
  const texts = thresholdTexts(probability, threshold);
  const { lower, upper } = zones ?? { lower: threshold, upper: threshold };
  const band = zones && {
    from: percent(lower, lower < 0.1 ? 1 : 0),
    to: percent(upper, upper < 0.1 ? 1 : 0),
  };
  const label = band ? t("finding.scaleZones", { ...texts, ...band }) : t("finding.scale", texts);
  return (
    <div role="img" aria-label={label}>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" className={classes.scale} aria-hidden>
        <Band from={0} to={lower} height={3} className={classes.below} />
        <Band from={lower} to={upper} height={6} className={classes.borderline} />
        <Band from={upper} to={1} height={9} className={classes.above} />
        <Mark at={probability} className={classes.value} />
        {/* Longer, so that it shows behind a value that lies on it. */}
        <Mark at={threshold} beyond={4} className={classes.threshold} />
      </svg>
      <Text size="xs" c="dimmed" aria-hidden>
        {t("finding.threshold", texts)}
        {band && ` · ${t("finding.band", band)}`}
      </Text>
    </div>
  );
}

/** A part of the scale; they differ in height too, for those who don't tell the colours apart. */
function Band({
  from,
  to,
  height,
  className,
}: {
  from: number;
  to: number;
  height: number;
  className: string | undefined;
}) {
  return (
    <rect
      x={from * 100}
      y={8 - height / 2}
      width={(to - from) * 100}
      height={height}
      className={className}
    />
  );
}

function Mark({
  at,
  beyond = 0,
  className,
}: {
  at: number;
  beyond?: number;
  className: string | undefined;
}) {
  return <line x1={at * 100} x2={at * 100} y1={-beyond} y2={16 + beyond} className={className} />;
}
