import { Text } from "@mantine/core";
import { IconMicroscope, IconStethoscope } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { percent } from "@/i18n/moments";
import type { Point } from "./chart_points";
import classes from "./LesionChart.module.css";

/** What the marks mean, as far as there are any. */
export function ChartKey({
  points,
  versions,
  hasBorderline,
}: {
  points: Point[];
  /** How many stretches there are. */
  versions: number;
  hasBorderline: boolean;
}) {
  const { t } = useTranslation();
  const limits = new Set(points.map(({ threshold }) => percent(threshold)));
  const said = points.flatMap(({ verdict }) => verdict ?? []);
  return (
    <Text size="xs" c="dimmed" component="div" className={classes.key}>
      <span>
        <svg width={18} height={8} aria-hidden>
          <line className={classes.threshold} x1={0} x2={18} y1={4} y2={4} />
        </svg>
        {t("patient.course.threshold", { limits: [...limits].join(", ") })}
      </span>
      {hasBorderline && (
        <span>
          <svg width={14} height={10} aria-hidden>
            <rect className={classes.borderline} width={14} height={10} />
          </svg>
          {t("finding.zone.borderline")}
        </span>
      )}
      <span>
        <svg width={14} height={10} aria-hidden>
          <rect className={classes.above} width={14} height={10} />
        </svg>
        {t("finding.zone.above")}
      </span>
      {said.some((verdict) => !verdict.startsWith("biopsy")) && (
        <span>
          <IconStethoscope size={14} aria-hidden />
          {t("patient.course.verdict")}
        </span>
      )}
      {said.some((verdict) => verdict.startsWith("biopsy")) && (
        <span>
          <IconMicroscope size={14} aria-hidden />
          {t("patient.course.biopsy")}
        </span>
      )}
      {versions > 1 && <span>{t("patient.course.versions")}</span>}
    </Text>
  );
}
