import { Alert, Button, Card, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import {
  IconArchive,
  IconDownload,
  IconFileTypePdf,
  IconFileZip,
  IconJson,
  IconPencil,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { ageInYears } from "@/i18n/calendar";
import { currentLanguage } from "@/i18n";
import { day } from "@/i18n/moments";
import { ArchiveButton } from "./ArchiveButton";
import { EditPatientDialog } from "./EditPatientDialog";
import { MergedRecords } from "./merge/MergedRecords";
import { PatientMenu } from "./PatientMenu";
import { saveDocument } from "@/ui/downloads";
import classes from "./PatientHeader.module.css";

type Patient = Schemas["Patient"];

/** Who the patient is, and what can be done with the whole record. */
export function PatientHeader({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const facts = [
    patient.record_number,
    patient.birth_date &&
      t("patient.facts.born", {
        day: day(patient.birth_date),
        age: ageInYears(patient.birth_date),
      }),
    patient.sex && patient.sex !== "unknown" && t(`patients.sex.${patient.sex}`),
    patient.fitzpatrick_type && t("patient.facts.skin", { type: patient.fitzpatrick_type }),
    patient.contact,
  ].filter(Boolean);
  return (
    <Card withBorder>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <div style={{ overflowWrap: "anywhere" }}>
            <Title order={1} size="h2">
              {patient.full_name}
            </Title>
            <Text c="dimmed">{facts.join(" · ")}</Text>
          </div>
          <Group gap="xs" className={classes.actions}>
            <Button
              variant="default"
              leftSection={<IconPencil size={18} aria-hidden />}
              onClick={() => setEditing(true)}
            >
              {t("patient.edit.open")}
            </Button>
            <ExportMenu patient={patient} />
            <ArchiveButton patient={patient} />
            {!patient.archived_at && <PatientMenu patient={patient} />}
          </Group>
        </Group>
        {patient.risk_notes && (
          <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
            {patient.risk_notes}
          </Text>
        )}
        <MergedRecords patientId={patient.id} />
        {patient.archived_at && (
          <Alert color="yellow" icon={<IconArchive aria-hidden />}>
            {t("patient.archived", { day: day(patient.archived_at) })}
          </Alert>
        )}
      </Stack>
      {editing && <EditPatientDialog patient={patient} onClose={() => setEditing(false)} />}
    </Card>
  );
}

function ExportMenu({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: ({ what, name }: { what: string; name: string }) =>
      saveDocument(`/api/patients/${patient.id}/${what}`, name),
  });
  return (
    <Menu>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          loading={save.isPending}
        >
          {t("patient.export.open")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconFileTypePdf size={16} aria-hidden />}
          onClick={() =>
            save.mutate({
              what: `report.pdf?language=${currentLanguage()}`,
              name: `dermis-${patient.id}.pdf`,
            })
          }
        >
          {t("patient.export.report")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconJson size={16} aria-hidden />}
          onClick={() => save.mutate({ what: "export", name: `dermis-${patient.id}.fhir.json` })}
        >
          {t("patient.export.fhir")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileZip size={16} aria-hidden />}
          onClick={() => save.mutate({ what: "export.zip", name: `dermis-${patient.id}.zip` })}
        >
          {t("patient.export.zip")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
