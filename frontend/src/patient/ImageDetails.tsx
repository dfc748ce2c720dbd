import { Alert, Grid, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { SamePhotoNotice } from "@/ui/SamePhotoNotice";
import { takenText } from "@/findings/taken";
import { dayAndTime } from "@/i18n/moments";
import { QueryState } from "@/ui/QueryState";
import { AnswerList } from "./AnswerList";
import { ImageViewer } from "./ImageViewer";
import { PhotoMenu } from "./PhotoMenu";
import { ResultCard } from "./ResultCard";
import { ReviewForm } from "./ReviewForm";
import { useDetectionOf, useImageRecord } from "./queries";

/** One photo with the model's result and the clinicians' verdicts. */
export function ImageDetails({
  patientId,
  image,
  lesions,
  archived,
}: {
  patientId: string;
  image: Schemas["Image"];
  lesions: Schemas["Lesion"][];
  archived: boolean;
}) {
  const { t } = useTranslation();
  const detection = useDetectionOf(patientId, image.id);
  const record = useImageRecord(patientId, image.id);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="xs">
          <ImageViewer
            // The heatmap is of the result's own label until somebody chooses the other.
            key={detection.data?.id}
            image={image}
            name={t("patient.photos.name", {
              at: takenText(image),
            })}
            detection={detection.data ?? null}
          />
          <SamePhotoNotice patientId={record.data?.image.also_of_patient_id} />
          {image.duplicate_of && <Alert color="yellow">{t("patient.photos.duplicate")}</Alert>}
          <Group justify="space-between" align="flex-end">
            <Text size="xs" c="dimmed">
              {image.captured_at
                ? t("patient.photos.taken", { at: dayAndTime(image.captured_at) })
                : t("patient.photos.takenUnknown", { at: dayAndTime(image.created_at) })}
              <br />
              {t("patient.photos.size", { width: image.width, height: image.height })}
            </Text>
            {!archived && <PhotoMenu image={image} lesions={lesions} />}
          </Group>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <QueryState query={detection} rows={2} height={80} />
          {detection.data !== undefined && (
            <ResultCard detection={detection.data} imageId={image.id} patientId={patientId} />
          )}
          <AnswerList patientId={patientId} imageId={image.id} />
          {detection.data && <ReviewForm detection={detection.data} />}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
