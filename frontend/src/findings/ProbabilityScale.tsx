import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { modelPercent, percent } from "@/i18n/moments";
import classes from "./ProbabilityScale.module.css";

/** The calibrated probability on a scale of 0 to 1, with the threshold for the label malignant. */
export function ProbabilityScale({
  probability,
  threshold,
}: {
  probability: number;
  threshold: number;
}) {
  const { t } = useTranslation();
  const [value, limit] = [modelPercent(probability), percent(threshold, 1)];
  return (
    <div role="img" aria-label={t("finding.scale", { value, limit })}>
      <svg viewBox="0 0 100 14" preserveAspectRatio="none" className={classes.scale} aria-hidden>
        <rect x="0" y="5" width={threshold * 100} height="4" className={classes.below} />
        <rect
          x={threshold * 100}
          y="5"
          width={100 - threshold * 100}
          height="4"
          className={classes.above}
        />
        <line
          x1={threshold * 100}
          x2={threshold * 100}
          y1="1"
          y2="13"
          className={classes.threshold}
        />
        <line
          x1={probability * 100}
          x2={probability * 100}
          y1="0"
          y2="14"
          className={classes.value}
        />
      </svg>
      <Text size="xs" c="dimmed" aria-hidden>
        {t("finding.threshold", { limit })}
      </Text>
    </div>
  );
}
