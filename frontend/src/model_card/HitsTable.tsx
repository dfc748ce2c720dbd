import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { perHundred } from "./per_hundred";

type Evaluation = Schemas["Evaluation"];

/** How many of a hundred are found and cleared, group by group. */
export function HitsTable({ title, evaluations }: { title: string; evaluations: Evaluation[] }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={340}>
      <Table verticalSpacing={4} aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("card.group")}</Table.Th>
            <Table.Th scope="col">{t("card.found")}</Table.Th>
            <Table.Th scope="col">{t("card.cleared")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {evaluations.map(({ name, images, metrics }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                <span lang="en">{name}</span> ({t("card.photos", { count: images })})
              </Table.Th>
              <Table.Td>{counted(metrics.sensitivity)}</Table.Td>
              <Table.Td>{counted(metrics.specificity)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function counted(metric: Schemas["Metric"] | undefined): string {
  if (!metric) return "–";
  const { value, low, high } = perHundred(metric);
  return `${value} (${low}–${high})`;
}
