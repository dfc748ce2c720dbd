import { List, Stack, Table, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { day } from "@/i18n/moments";

type Preview = Schemas["MergePreview"];
type Profile = Schemas["PatientProfile"];

const FIELDS = [
  "full_name",
  "record_number",
  "birth_date",
  "sex",
  "fitzpatrick_type",
  "contact",
  "risk_notes",
] as const;
const COUNTS = ["lesions", "images", "reviews", "notes", "voided_images"] as const;

/** Two records side by side, what becomes of them, and which lesions get another name. */
export function MergeTable({
  preview,
  onShown,
}: {
  preview: Preview;
  onShown: (preview: Preview) => void;
}) {
  const { t } = useTranslation();
  useEffect(() => onShown(preview), [preview, onShown]);
  const { kept, moved, profile, renamed } = preview;
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={480}>
        <Table verticalSpacing={4} style={{ overflowWrap: "anywhere" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              <Table.Th scope="col">{t("patient.merge.kept")}</Table.Th>
              <Table.Th scope="col">{t("patient.merge.moved")}</Table.Th>
              <Table.Th scope="col">{t("patient.merge.afterwards")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {FIELDS.map((field) => (
              <Table.Tr key={field}>
                <Table.Th scope="row">{t(`patient.fields.${field}`)}</Table.Th>
                <Table.Td>{value(kept.patient, field, t)}</Table.Td>
                <Table.Td>{value(moved.patient, field, t)}</Table.Td>
                <Table.Td style={{ whiteSpace: "pre-wrap" }}>{value(profile, field, t)}</Table.Td>
              </Table.Tr>
            ))}
            {COUNTS.map((count) => (
              <Table.Tr key={count}>
                <Table.Th scope="row">{t(`patient.merge.counts.${count}`)}</Table.Th>
                <Table.Td>{kept.record[count]}</Table.Td>
                <Table.Td>{moved.record[count]}</Table.Td>
                <Table.Td>{kept.record[count] + moved.record[count]}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {renamed.length > 0 && (
        <>
          <Text size="sm">{t("patient.merge.renamed")}</Text>
          <List size="sm">
            {renamed.map(({ lesion_id, label, new_label }) => (
              <List.Item key={lesion_id}>
                {label || t("patient.lesion.unnamed")} → {new_label}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Stack>
  );
}

function value(profile: Profile, field: (typeof FIELDS)[number], t: TFunction) {
  if (field === "birth_date") return profile.birth_date && day(profile.birth_date);
  if (field === "sex") return profile.sex && t(`patients.sex.${profile.sex}`);
  return profile[field];
}
