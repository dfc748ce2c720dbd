import { Group, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconEqual } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { metricName } from "@/model_card/metric_name";
import { DataTable } from "@/ui/DataTable";
import { Interval } from "./Interval";
import { isBetter } from "./is_better";

/** Each figure of both versions, and whether they differ. */
export function ComparedFigures({
  figures,
  names: [first, second],
}: {
  figures: Schemas["FigureOfBoth"][];
  names: [string, string];
}) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("comparison.figures.table", { first, second })}
      rows={figures}
      rowKey={({ name }) => name}
      columns={[
        { name: t("comparison.figures.figure"), show: ({ name }) => metricName(name) },
        { name: first, show: (row) => <Interval of={row.first} /> },
        { name: second, show: (row) => <Interval of={row.second} /> },
        {
          name: t("comparison.figures.difference"),
          show: (row) => <Interval of={row.difference} signed />,
        },
        {
          name: t("comparison.figures.verdict"),
          show: (row) => <Verdict row={row} second={second} />,
        },
      ]}
    />
  );
}

function Verdict({ row, second }: { row: Schemas["FigureOfBoth"]; second: string }) {
  const { t } = useTranslation();
  const { name, difference, differs } = row;
  const better = differs && difference && isBetter(name, difference.value);
  const Icon = !differs ? IconEqual : better ? IconArrowUp : IconArrowDown;
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Icon size={16} aria-hidden style={{ flex: "none", marginTop: 2 }} />
      <Text size="sm" fw={differs ? 600 : undefined} c={differs ? undefined : "dimmed"}>
        {!differs
          ? t("comparison.figures.same")
          : t(better ? "comparison.figures.better" : "comparison.figures.worse", {
              version: second,
            })}
      </Text>
    </Group>
  );
}
