import { Alert, Anchor, List, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { day } from "@/i18n/moments";

/** Who might be the person that is about to be added. */
export function Lookalikes({ found }: { found: Schemas["Lookalike"][] }) {
  const { t } = useTranslation();
  if (found.length === 0) return null;
  const isTaken = found.some(({ same_record_number }) => same_record_number);
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title={t("patients.lookalikes.title")}
    >
      <List size="sm">
        {found.map(({ patient, same_record_number }) => (
          <List.Item key={patient.id}>
            <Anchor component={Link} to={`/patient/${patient.id}`} inherit>
              {patient.full_name}
            </Anchor>{" "}
            {[
              patient.record_number,
              patient.birth_date && day(patient.birth_date),
              same_record_number && t("patients.lookalikes.number"),
              patient.archived_at && t("patients.lookalikes.archived"),
            ]
              .filter(Boolean)
              .join(" · ")}
          </List.Item>
        ))}
      </List>
      <Text size="sm">
        {isTaken ? t("patients.lookalikes.taken") : t("patients.lookalikes.text")}
      </Text>
    </Alert>
  );
}
