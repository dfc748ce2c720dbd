import { Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { IntervalTable } from "./IntervalTable";
import { metricName } from "./metric_name";

/** What is asked first of a classifier; everything else follows as the card has it. */
const FIRST = ["sensitivity", "specificity", "auc"];

function inOrder(metrics: Schemas["Evaluation"]["metrics"]) {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(metrics).sort(([one], [other]) => rank(one) - rank(other));
}

/** How the model did on one set of images that it was not trained on. */
export function Evaluation({ evaluation }: { evaluation: Schemas["Evaluation"] }) {
  const { t } = useTranslation();
  const { name, description, images, malignant, metrics, confusion } = evaluation;
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        {name}
      </Title>
      <Text size="sm">{description}</Text>
      <Text size="sm" c="dimmed">
        {t("admin.models.card.images", { images, malignant })}
      </Text>
      <IntervalTable
        label={name}
        first={t("admin.models.card.metric")}
        rows={inOrder(metrics).map(([metric, value]) => ({
          name: metricName(metric),
          metric: value,
        }))}
      />
      {confusion && <Confusion counts={confusion} name={name} />}
    </Stack>
  );
}

/** [[true benign, false malignant], [false benign, true malignant]] */
type Counts = [[number, number], [number, number]];

function Confusion({ counts, name }: { counts: Counts; name: string }) {
  const { t } = useTranslation();
  const [benign, malignant] = counts;
  return (
    <Table
      withTableBorder
      withColumnBorders
      verticalSpacing={4}
      aria-label={`${t("admin.models.card.confusion")}: ${name}`}
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("admin.models.card.confusion")}</Table.Th>
          <Table.Th scope="col">{t("admin.models.card.calledBenign")}</Table.Th>
          <Table.Th scope="col">{t("admin.models.card.calledMalignant")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th scope="row">
            {t("admin.models.card.truth")}: {t("shell.label.benign")}
          </Table.Th>
          <Table.Td>{benign[0]}</Table.Td>
          <Table.Td>{benign[1]}</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th scope="row">
            {t("admin.models.card.truth")}: {t("shell.label.malignant")}
          </Table.Th>
          <Table.Td>{malignant[0]}</Table.Td>
          <Table.Td>{malignant[1]}</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}
