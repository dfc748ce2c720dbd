import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { metricName } from "@/model_card/metric_name";
import { DataTable } from "@/ui/DataTable";
import { Interval } from "./Interval";

/** What two cards claim of how often their versions are right, evaluation by evaluation. */
export function CardFigures({
  found: { card_figures: figures },
  names: [first, second],
}: {
  found: Schemas["ModelComparison"];
  names: [string, string];
}) {
  const { t } = useTranslation();
  const evaluations = [...new Set(figures.map(({ evaluation }) => evaluation))];
  const changed = evaluations.filter((name) =>
    figures.some((figure) => figure.evaluation === name && isChanged(figure)),
  );
  const same = evaluations.filter((name) => !changed.includes(name));
  return (
    <Stack>
      {same.length > 0 && (
        <Text size="sm">{t("comparison.cards.same", { names: same.join("; ") })}</Text>
      )}
      {changed.map((evaluation) => (
        <Stack gap="xs" key={evaluation}>
          <Title order={3} size="h6" lang="en">
            {evaluation}
          </Title>
          <DataTable
            label={evaluation}
            rows={figures.filter((figure) => figure.evaluation === evaluation)}
            rowKey={({ name }) => name}
            columns={[
              { name: t("comparison.figures.figure"), show: ({ name }) => metricName(name) },
              { name: first, show: (row) => <Interval of={row.first} /> },
              { name: second, show: (row) => <Interval of={row.second} /> },
              {
                name: t("comparison.cards.intervals"),
                show: ({ same_photos: same, apart }) =>
                  t(
                    !same
                      ? "comparison.cards.otherPhotos"
                      : apart
                        ? "comparison.cards.apart"
                        : "comparison.cards.overlap",
                  ),
              },
            ]}
          />
        </Stack>
      ))}
    </Stack>
  );
}

function isChanged({ first, second }: Schemas["CardFigure"]): boolean {
  return (["value", "low", "high"] as const).some((part) => first?.[part] !== second?.[part]);
}
