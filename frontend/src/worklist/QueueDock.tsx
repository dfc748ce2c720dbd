import { Anchor, Button, Divider, Kbd, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { FindingSummary } from "@/findings/FindingSummary";
import { photoAddress } from "@/findings/photo_address";
import { QualityWarnings } from "@/findings/QualityWarnings";
import { ageInYears } from "@/i18n/calendar";
import { ago, dayAndTime } from "@/i18n/moments";
import { Answer } from "@/patient/Answer";
import { useLesions, usePatient } from "@/patient/queries";
import { VerdictList } from "@/patient/VerdictList";
import { IntendedUse } from "@/ui/States";
import type { Entry } from "./queue";
import { VERDICTS, type Verdict } from "./useVerdicts";

/** Whose photo it is, what the model says, and the five verdicts with their keys. */
export function QueueDock({
  entry,
  detection,
  canAgree,
  onVerdict,
}: {
  entry: Entry;
  detection: UseQueryResult<Schemas["ReviewedDetection"]>;
  canAgree: boolean;
  onVerdict: (verdict: Verdict) => void;
}) {
  const { t } = useTranslation();
  const { patient_id, lesion_id, created_at } = entry.detection;
  const patient = usePatient(patient_id).data;
  const lesion = useLesions(patient_id).data?.find(({ id }) => id === lesion_id);
  const place = lesion?.label || (lesion ? t("patient.lesion.unnamed") : "");
  const hasAnswer = detection.data?.status === "complete" && detection.data.assessable !== false;
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {entry.full_name}
          {patient?.birth_date && `, ${ageInYears(patient.birth_date)}`}
        </Title>
        <Text size="sm" c="dimmed">
          {[entry.record_number, place, lesion?.body_site && t(`patient.sites.${lesion.body_site}`)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <Text size="xs" c="dimmed" title={dayAndTime(created_at)}>
          {ago(created_at)}
        </Text>
        {patient?.risk_notes && (
          <Text size="sm" mt={4} lineClamp={3}>
            <IconAlertCircle size={14} aria-label={t("patient.fields.risk_notes")} />{" "}
            {patient.risk_notes}
          </Text>
        )}
      </div>
      <section aria-label={t("patient.result.title")}>
        <Finding detection={entry.detection} />
      </section>
      <Stack gap={6} component="section" aria-label={t("patient.review.title")}>
        {VERDICTS.map((verdict, index) => (
          <Button
            key={verdict}
            variant="default"
            justify="flex-start"
            disabled={verdict === "agrees" && !canAgree}
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
      {detection.data && detection.data.reviews.length > 0 && (
        <VerdictList reviews={detection.data.reviews} />
      )}
      <Divider />
      {detection.data && hasAnswer && <Answer detection={detection.data} hasHead={false} />}
      <QualityWarnings warnings={entry.detection.quality} />
      <IntendedUse />
    </Stack>
  );
}

/** The zone and the probability, once. */
function Finding({ detection }: { detection: Schemas["Detection"] }) {
  return (
    <Stack gap={4} align="flex-start">
      <FindingSummary detection={detection} />
    </Stack>
  );
}
