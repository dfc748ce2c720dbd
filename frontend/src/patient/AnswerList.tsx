import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FindingSummary } from "@/findings/FindingSummary";
import { dayAndTime } from "@/i18n/moments";
import { useImageRecord } from "./queries";

/** All of the models' answers on a photo, the newest first, where there is more than one. */
export function AnswerList({ patientId, imageId }: { patientId: string; imageId: string }) {
  const { t } = useTranslation();
  const answers = useImageRecord(patientId, imageId).data?.detections ?? [];
  if (answers.length < 2) return null;
  const versions = new Set(answers.map(({ model }) => model?.version).filter(Boolean));
  return (
    <Stack gap="xs" component="section" aria-label={t("patient.answers.title")}>
      <Text size="sm" fw={500}>
        {t("patient.answers.title")}
      </Text>
      {answers.map((answer) => (
        <Group key={answer.id} gap="xs">
          <FindingSummary detection={answer} size="sm" />
          <Text size="xs" c="dimmed">
            {[
              answer.model && `${answer.model.name} ${answer.model.version}`,
              dayAndTime(answer.finished_at ?? answer.created_at),
            ]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </Group>
      ))}
      {versions.size > 1 && <Text size="sm">{t("patient.answers.versions")}</Text>}
    </Stack>
  );
}
