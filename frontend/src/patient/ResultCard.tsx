import { Alert, Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconFileTypePdf, IconPhotoX, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { saveDocument } from "@/ui/downloads";
import { QualityWarnings } from "@/findings/QualityWarnings";
import { currentLanguage } from "@/i18n";
import { dayAndTime } from "@/i18n/moments";
import { reasonText } from "@/ui/notices";
import { IntendedUse } from "@/ui/States";
import { Answer } from "./Answer";
import { useRefreshPatient } from "./queries";

type Detection = Schemas["ReviewedDetection"];

/** The model's result on one photo, or why there is none. */
export function ResultCard({
  detection,
  imageId,
  patientId,
}: {
  detection: Detection | null;
  imageId: string;
  patientId: string;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" component="section" aria-label={t("patient.result.title")}>
      <Title order={3} size="h5">
        {t("patient.result.title")}
      </Title>
      <div role="status">
        <Finding detection={detection} />
      </div>
      <Actions detection={detection} imageId={imageId} patientId={patientId} />
      <IntendedUse />
    </Stack>
  );
}

function Finding({ detection }: { detection: Detection | null }) {
  const { t } = useTranslation();
  if (!detection) return <Text>{t("patient.result.none")}</Text>;
  if (detection.status === "pending") {
    return (
      <Group gap="xs" wrap="nowrap">
        <Loader size="sm" />
        <Text>{t("patient.result.pending")}</Text>
      </Group>
    );
  }
  if (detection.status === "failed") {
    const reason = detection.failure_reason ?? "";
    return (
      <Alert color="red" icon={<IconPhotoX aria-hidden />}>
        {t("patient.result.failed", { reason: reasonText(reason, reason) })}
      </Alert>
    );
  }
  return <Complete detection={detection} />;
}

function Complete({ detection }: { detection: Detection }) {
  const { t } = useTranslation();
  const { model } = detection;
  return (
    <Stack gap="sm">
      {detection.assessable === false ? (
        <Alert
          color="yellow"
          icon={<IconPhotoX aria-hidden />}
          title={t("patient.result.unusable")}
        >
          {t("patient.result.unusableText")}
        </Alert>
      ) : (
        <Answer detection={detection} />
      )}
      <QualityWarnings warnings={detection.quality} />
      <Text size="xs" c="dimmed">
        {t("patient.result.by", {
          name: model?.name ?? "",
          version: model?.version ?? "",
          at: dayAndTime(detection.finished_at ?? detection.created_at),
        })}
      </Text>
    </Stack>
  );
}

function Actions({
  detection,
  imageId,
  patientId,
}: {
  detection: Detection | null;
  imageId: string;
  patientId: string;
}) {
  const { t } = useTranslation();
  const refresh = useRefreshPatient(patientId);
  const again = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/predict/again/{image_id}", { params: { path: { image_id: imageId } } })),
    onSuccess: refresh,
  });
  const report = useMutation({
    mutationFn: (id: string) =>
      saveDocument(
        `/api/detections/${id}/report.pdf?language=${currentLanguage()}`,
        `dermis-${id}.pdf`,
      ),
  });
  if (detection?.status === "pending") return null;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        // Long in German: two lines rather than a cut word.
        h="auto"
        py={6}
        styles={{ label: { whiteSpace: "normal" } }}
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={again.isPending}
        onClick={() => again.mutate()}
      >
        {detection ? t("patient.result.again") : t("patient.result.ask")}
      </Button>
      {detection?.status === "complete" && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconFileTypePdf size={16} aria-hidden />}
          loading={report.isPending}
          onClick={() => report.mutate(detection.id)}
        >
          {t("patient.result.report")}
        </Button>
      )}
    </Group>
  );
}
