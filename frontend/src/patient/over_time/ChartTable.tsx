import { Anchor, Table, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { thresholdTexts } from "@/findings/probability_text";
import { ZoneMark } from "@/findings/ZoneMark";
import { day } from "@/i18n/moments";
import type { Point } from "./chart_points";
import { sizeText } from "./size_text";
import classes from "./LesionChart.module.css";

/** The chart in words, the newest photo first. */
export function ChartTable({
  points,
  sizes,
  onChoose,
}: {
  points: Point[];
  /** By the photo's id, of those that were measured. */
  sizes: ReadonlyMap<string, Schemas["Size"]>;
  onChoose: (imageId: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <details className={classes.table}>
      <summary>{t("patient.course.table")}</summary>
      <Table fz="xs" horizontalSpacing={4} aria-label={t("patient.course.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("patient.fields.captured_at")}</Table.Th>
            <Table.Th>{t("patient.course.probability")}</Table.Th>
            <Table.Th>{t("patient.course.model")}</Table.Th>
            <Table.Th>{t("patient.course.verdict")}</Table.Th>
            {sizes.size > 0 && <Table.Th>{t("patient.course.sizeColumn")}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.toReversed().map((point) => {
            const { value, limit } = thresholdTexts(point.probability, point.threshold);
            const at = day(point.at);
            const size = sizes.get(point.imageId);
            return (
              <Table.Tr key={point.imageId}>
                <Table.Th scope="row" fw={400}>
                  <Anchor
                    component="button"
                    fz="xs"
                    ta="start"
                    onClick={() => onChoose(point.imageId)}
                  >
                    {point.isDated ? at : t("finding.added", { at })}
                  </Anchor>
                </Table.Th>
                <Table.Td className={classes.answer}>
                  <ZoneMark zone={point.zone} size={12} /> {value}
                  <VisuallyHidden> {t(`finding.zone.${point.zone}`)}</VisuallyHidden>
                </Table.Td>
                <Table.Td className={classes.word}>
                  {limit} ({point.version})
                </Table.Td>
                <Table.Td>{point.verdict && t(`patient.verdicts.${point.verdict}`)}</Table.Td>
                {sizes.size > 0 && <Table.Td>{size && sizeText(size)}</Table.Td>}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </details>
  );
}
