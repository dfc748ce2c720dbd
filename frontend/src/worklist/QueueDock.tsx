import { Anchor, Button, Divider, Group, Kbd, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconAlertCircle, IconUserShare } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { FindingSummary } from "@/findings/FindingSummary";
import { photoAddress } from "@/findings/photo_address";
import { QualityWarnings } from "@/findings/QualityWarnings";
import { ageInYears, today } from "@/i18n/calendar";
import { ago, day, dayAndTime } from "@/i18n/moments";
import { Answer } from "@/patient/Answer";
import { usePatient } from "@/patient/queries";
import { useAuthorName } from "@/patient/useAuthorName";
import { VerdictList } from "@/patient/VerdictList";
import { IntendedUse } from "@/ui/States";
import { canAgree, type Entry } from "./order";
import { VERDICTS, type Verdict } from "./useVerdicts";

/** Whose photo it is, what the model says, and the five verdicts with their keys. */
export function QueueDock({
  entry,
  detection,
  ofLesion,
  actions,
  onVerdict,
  onAssign,
}: {
  entry: Entry;
  detection: UseQueryResult<Schemas["ReviewedDetection"]>;
  /** Which of the lesion's photos on this list it is, and of how many. */
  ofLesion: { place: number; count: number };
  /** What can be done with several photos, in place of what can be done with this one. */
  actions: ReactNode;
  onVerdict: (verdict: Verdict) => void;
  onAssign: () => void;
}) {
  const { t } = useTranslation();
  const hasAnswer = detection.data?.status === "complete" && detection.data.assessable !== false;
  return (
    <Stack gap="sm">
      {actions}
      <Head entry={entry} ofLesion={ofLesion} />
      {!actions && <Whose entry={entry} onAssign={onAssign} />}
      <Stack gap={4} align="flex-start" component="section" aria-label={t("patient.result.title")}>
        <FindingSummary detection={entry.detection} />
      </Stack>
      {/* Anew for each photo: Enter must not repeat what was pressed for the last one. */}
      {!actions && (
        <Verdicts key={`verdicts ${entry.detection.id}`} entry={entry} onVerdict={onVerdict} />
      )}
      {detection.data && detection.data.reviews.length > 0 && (
        <VerdictList reviews={detection.data.reviews} />
      )}
      <Divider />
      {detection.data && hasAnswer && (
        <Answer key={`answer ${entry.detection.id}`} detection={detection.data} hasHead={false} />
      )}
      <QualityWarnings warnings={entry.detection.quality} />
      <IntendedUse />
    </Stack>
  );
}

/** The five verdicts by their keys. */
function Verdicts({ entry, onVerdict }: { entry: Entry; onVerdict: (verdict: Verdict) => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6} component="section" aria-label={t("patient.review.title")}>
      {VERDICTS.map((verdict, index) => (
        <Button
          key={verdict}
          variant="default"
          justify="flex-start"
          disabled={verdict === "agrees" && !canAgree(entry)}
          aria-keyshortcuts={String(index + 1)}
          leftSection={<Kbd aria-hidden>{index + 1}</Kbd>}
          onClick={() => onVerdict(verdict)}
        >
          {t(`patient.verdicts.${verdict}`)}
        </Button>
      ))}
      <Anchor component={Link} size="sm" to={photoAddress(entry.detection)}>
        {t("worklist.open")}
      </Anchor>
    </Stack>
  );
}

/** The patient, the lesion, and since when it waits or is overdue. */
function Head({ entry, ofLesion }: { entry: Entry; ofLesion: { place: number; count: number } }) {
  const { t } = useTranslation();
  const { detection, full_name, birth_date, record_number, lesion_label, body_site } = entry;
  const patient = usePatient(detection.patient_id).data;
  const place = lesion_label || (detection.lesion_id ? t("patient.lesion.unnamed") : "");
  return (
    <div>
      <Title order={2} size="h4">
        {full_name}
        {birth_date && `, ${ageInYears(birth_date)}`}
      </Title>
      <Text size="sm" c="dimmed">
        {[record_number, place, body_site && t(`patient.sites.${body_site}`)]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      <Text size="xs" c="dimmed" title={dayAndTime(detection.created_at)}>
        {[
          ago(detection.created_at),
          ofLesion.count > 1 && t("worklist.ofLesion", ofLesion),
          entry.due_on && dueText(entry.due_on, t),
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      {patient?.risk_notes && (
        <Text size="sm" mt={4} lineClamp={3}>
          <IconAlertCircle size={14} aria-label={t("patient.fields.risk_notes")} />{" "}
          {patient.risk_notes}
        </Text>
      )}
    </div>
  );
}

/** Who uploaded it, and which colleague it waits for. */
function Whose({ entry, onAssign }: { entry: Entry; onAssign: () => void }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const { assigned_to, uploaded_by } = entry;
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <div>
        <Text size="sm">
          {assigned_to
            ? t("worklist.isAssigned", { name: nameOf(assigned_to) })
            : t("worklist.isNobodys")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("worklist.uploadedBy", { name: nameOf(uploaded_by) })}
        </Text>
      </div>
      <Button
        size="xs"
        variant="default"
        flex="none"
        aria-keyshortcuts="a"
        leftSection={<IconUserShare size={14} aria-hidden />}
        rightSection={<Kbd aria-hidden>A</Kbd>}
        onClick={onAssign}
      >
        {t("worklist.assign")}
      </Button>
    </Group>
  );
}

function dueText(dueOn: string, t: TFunction): string {
  return t(dueOn < today() ? "dashboard.entry.overdue" : "dashboard.entry.due", {
    day: day(dueOn),
  });
}
