import { Accordion } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";

/** What the reliability curves show, in figures. */
export function ReliabilityTable({ curves }: { curves: Schemas["CaseComparison"]["curves"] }) {
  const { t } = useTranslation();
  const rows = curves.flatMap(({ version, reliability }) =>
    reliability.map((point) => ({ version, ...point })),
  );
  if (rows.length === 0) return null;
  return (
    <Accordion variant="contained" order={3}>
      <Accordion.Item value="table">
        <Accordion.Control>{t("comparison.curves.asTable")}</Accordion.Control>
        <Accordion.Panel>
          <DataTable
            label={t("comparison.curves.asTable")}
            rows={rows}
            rowKey={({ version, probability }) => `${version} ${probability}`}
            columns={[
              { name: t("admin.models.versions.version"), show: ({ version }) => version },
              {
                name: t("comparison.curves.said"),
                show: ({ probability }) => percent(probability, 1),
              },
              {
                name: t("comparison.curves.wereMalignant"),
                show: ({ malignant: { value, low, high } }) =>
                  `${percent(value)} (${percent(low)} – ${percent(high)})`,
              },
              { name: t("comparison.curves.cases"), show: ({ cases }) => cases },
            ]}
          />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
