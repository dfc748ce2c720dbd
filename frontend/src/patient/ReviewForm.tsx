import { Button, Collapse, Group, Radio, Stack, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { IconArrowBackUp, IconChevronDown, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { confirm } from "@/ui/confirm";
import { showDone } from "@/ui/notices";
import { useRefreshPatient } from "./queries";
import { useVerdictDraft } from "./useVerdictDraft";
import { VerdictDetails } from "./VerdictDetails";
import { standingOf, VerdictList } from "./VerdictList";
import { bodyOf, draftOfReview, isBiopsy, type Verdict } from "./verdict_draft";

const VERDICTS: readonly Verdict[] = [
  "agrees",
  "benign",
  "malignant",
  "biopsy_benign",
  "biopsy_malignant",
];

/** The clinician's own verdict on a photo, and earlier ones; a later one changes none. */
export function ReviewForm({ detection }: { detection: Schemas["ReviewedDetection"] }) {
  const { t } = useTranslation();
  const { draft, keep, change, clear } = useVerdictDraft(detection.image_id);
  const [hasDetails, details] = useDisclosure(!!(draft.diagnosisCode || draft.management));
  const refresh = useRefreshPatient(detection.patient_id);
  const review = useMutation({
    mutationFn: (body: Schemas["ReviewDraft"]) =>
      unwrap(
        api.POST("/detections/{detection_id}/reviews", {
          params: { path: { detection_id: detection.id } },
          body,
        }),
      ),
    onSuccess: async (_saved, { verdict }) => {
      if (verdict !== "withdrawn") clear();
      showDone(t(verdict === "withdrawn" ? "patient.review.withdrawn" : "patient.review.saved"));
      await refresh();
    },
  });
  const body = bodyOf(draft);
  const isWhole = draft.management !== "monitor" || draft.monitorUntil !== "";
  // Only somebody who sees a finding can agree with it.
  const canAgree = detection.status === "complete" && detection.assessable !== false;
  return (
    <Stack gap="sm" component="section" aria-label={t("patient.review.title")}>
      <Title order={3} size="h5">
        {t("patient.review.title")}
      </Title>
      <VerdictList reviews={detection.reviews} />
      <Corrections
        standing={standingOf(detection.reviews)}
        onCorrect={(standing) => {
          keep(draftOfReview(standing));
          details.open();
        }}
        onWithdraw={(replaces) => review.mutate({ verdict: "withdrawn", note: "", replaces })}
        isBusy={review.isPending}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (body) review.mutate(body);
        }}
      >
        <Stack gap="sm">
          {draft.replaces && (
            <Group gap="xs">
              <Text size="sm">{t("patient.review.correcting")}</Text>
              <Button size="compact-xs" variant="default" onClick={clear}>
                {t("shell.cancel")}
              </Button>
            </Group>
          )}
          <Radio.Group
            label={t("patient.review.question")}
            value={draft.verdict}
            onChange={(value) => change({ verdict: value })}
          >
            <Stack gap={6} mt={4}>
              {VERDICTS.filter((value) => value !== "agrees" || canAgree).map((value) => (
                <Radio key={value} value={value} label={t(`patient.verdicts.${value}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("patient.review.note")}
            description={t("shell.optional")}
            autosize
            minRows={2}
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          <Button
            variant="subtle"
            size="xs"
            justify="flex-start"
            aria-expanded={hasDetails}
            leftSection={<IconChevronDown size={16} aria-hidden />}
            onClick={details.toggle}
          >
            {t("patient.review.details")}
          </Button>
          <Collapse expanded={hasDetails || isBiopsy(draft.verdict)}>
            <VerdictDetails draft={draft} change={change} />
          </Collapse>
          <Group>
            <Button type="submit" disabled={!body || !isWhole} loading={review.isPending}>
              {t("patient.review.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

/** Puts the verdict that stands right, or takes it back; both stay in the history. */
function Corrections({
  standing,
  onCorrect,
  onWithdraw,
  isBusy,
}: {
  standing: Schemas["Review"] | undefined;
  onCorrect: (standing: Schemas["Review"]) => void;
  onWithdraw: (id: string) => void;
  isBusy: boolean;
}) {
  const { t } = useTranslation();
  if (!standing) return null;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={() => onCorrect(standing)}
      >
        {t("patient.review.correct")}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        loading={isBusy}
        onClick={() =>
          confirm({
            title: t("patient.review.withdrawTitle"),
            text: t("patient.review.withdrawText"),
            action: t("patient.review.withdraw"),
            isDestructive: false,
            onConfirm: () => onWithdraw(standing.id),
          })
        }
      >
        {t("patient.review.withdraw")}
      </Button>
    </Group>
  );
}
