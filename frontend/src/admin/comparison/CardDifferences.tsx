import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { metricName } from "@/model_card/metric_name";
import { DataTable } from "@/ui/DataTable";
import { Interval } from "./Interval";

/** What two cards say differently: their figures, evaluation by evaluation, then all else. */
export function CardDifferences({
  found: { card_figures: figures, card_changes: changes },
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
      <Title order={3} size="h6">
        {t("comparison.cards.changes")}
      </Title>
      {changes.length === 0 && <Text size="sm">{t("comparison.cards.none")}</Text>}
      {changes.length > 0 && (
        <DataTable
          label={t("comparison.cards.changes")}
          rows={changes}
          rowKey={({ field }) => field}
          columns={[
            {
              name: t("comparison.cards.field"),
              isWhole: true,
              show: ({ field }) => field.replaceAll("_", " ").replaceAll(".", " · "),
            },
            { name: first, show: (change) => <Said texts={change.first} /> },
            { name: second, show: (change) => <Said texts={change.second} /> },
          ]}
        />
      )}
    </Stack>
  );
}

function isChanged({ first, second }: Schemas["CardFigure"]): boolean {
  return (["value", "low", "high"] as const).some((part) => first?.[part] !== second?.[part]);
}

/** Long decimals are computed, and nobody reads them to the end. */
const LONG_DECIMAL = /^-?\d+\.\d{5,}$/;

function legible(text: string): string {
  if (!LONG_DECIMAL.test(text)) return text;
  return new Intl.NumberFormat(currentLanguage(), { maximumSignificantDigits: 4 }).format(
    Number(text),
  );
}

function Said({ texts }: { texts: string[] }) {
  if (texts.length === 0) return "–";
  return texts.map((text) => (
    <Text size="sm" lang="en" key={text}>
      {legible(text)}
    </Text>
  ));
}
