import { IconMicroscope, IconStethoscope } from "@tabler/icons-react";
import { UnstyledButton } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ZoneMark } from "@/findings/ZoneMark";
import { day, modelPercent } from "@/i18n/moments";
import { VERDICTS, type Layout } from "./chart_layout";
import type { Point } from "./chart_points";
import classes from "./LesionChart.module.css";

/** The photos of the chart, each a column to press. */
export function ChartPoints({
  layout,
  chosen,
  onChoose,
}: {
  layout: Layout;
  chosen: string;
  onChoose: (imageId: string) => void;
}) {
  const { t } = useTranslation();
  const placed = layout.stretches.flatMap((stretch) => stretch.placed);
  return (
    <div role="group" aria-label={t("patient.course.photos")}>
      {placed.map(({ point, x, y, from, to }) => (
        <UnstyledButton
          key={point.imageId}
          className={classes.column}
          style={{ left: from, width: to - from }}
          aria-label={textOf(point, t)}
          title={textOf(point, t)}
          // The arrow keys go from photo to photo anywhere on the page.
          tabIndex={point.imageId === chosen ? 0 : -1}
          aria-pressed={point.imageId === chosen}
          onClick={() => onChoose(point.imageId)}
        >
          <span className={classes.point} style={{ left: x - from, top: y }}>
            <ZoneMark zone={point.zone} size={12} />
          </span>
          {point.verdict && (
            <span
              className={classes.verdict}
              style={{ left: x - from, top: VERDICTS }}
              data-malignant={point.verdict.endsWith("malignant") || undefined}
            >
              {point.verdict.startsWith("biopsy") ? (
                <IconMicroscope size={14} aria-hidden />
              ) : (
                <IconStethoscope size={14} aria-hidden />
              )}
            </span>
          )}
        </UnstyledButton>
      ))}
    </div>
  );
}

function textOf(point: Point, t: TFunction): string {
  return [
    point.isDated ? day(point.at) : t("finding.added", { at: day(point.at) }),
    modelPercent(point.probability),
    t(`finding.zone.${point.zone}`),
    point.version && t("patient.course.version", { version: point.version }),
    point.verdict && t(`patient.verdicts.${point.verdict}`),
  ]
    .filter(Boolean)
    .join(", ");
}
