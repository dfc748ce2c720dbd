import { Alert, Grid, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { takenText } from "@/findings/taken";
import { dayAndTime } from "@/i18n/moments";
import { QueryState } from "@/ui/QueryState";
import { ImageViewer } from "./ImageViewer";
import { ResultCard } from "./ResultCard";
import { ReviewForm } from "./ReviewForm";
import { useAddress } from "./useAddress";
import { useDetectionOf, useRefreshPatient } from "./queries";

/** One photo with the model's result and the clinicians' verdicts. */
export function ImageDetails({
  patientId,
  image,
  lesions,
}: {
  patientId: string;
  image: Schemas["Image"];
  lesions: Schemas["Lesion"][];
}) {
  const { t } = useTranslation();
  const detection = useDetectionOf(patientId, image.id);
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
          {image.duplicate_of && <Alert color="yellow">{t("patient.photos.duplicate")}</Alert>}
          <Group justify="space-between" align="flex-end">
            <Text size="xs" c="dimmed">
              {image.captured_at
                ? t("patient.photos.taken", { at: dayAndTime(image.captured_at) })
                : t("patient.photos.takenUnknown", { at: dayAndTime(image.created_at) })}
              <br />
              {t("patient.photos.size", { width: image.width, height: image.height })}
            </Text>
            <MoveImage image={image} lesions={lesions} />
          </Group>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <QueryState query={detection} rows={2} height={80} />
          {detection.data !== undefined && (
            <ResultCard detection={detection.data} imageId={image.id} patientId={patientId} />
          )}
          {detection.data?.status === "complete" && <ReviewForm detection={detection.data} />}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function MoveImage({ image, lesions }: { image: Schemas["Image"]; lesions: Schemas["Lesion"][] }) {
  const { t } = useTranslation();
  const refresh = useRefreshPatient(image.patient_id);
  const { chooseImage } = useAddress();
  const move = useMutation({
    mutationFn: (lesionId: string) =>
      unwrap(
        api.PATCH("/images/{image_id}", {
          params: { path: { image_id: image.id } },
          body: { lesion_id: lesionId || null },
        }),
      ),
    onSuccess: async () => {
      chooseImage(null, { replace: true });
      await refresh();
    },
  });
  return (
    <NativeSelect
      size="xs"
      label={t("patient.photos.belongsTo")}
      value={image.lesion_id ?? ""}
      disabled={move.isPending}
      onChange={(event) => move.mutate(event.currentTarget.value)}
      data={[
        { value: "", label: t("patient.photos.unsorted") },
        ...lesions.map((lesion, index) => ({
          value: lesion.id,
          label: `${index + 1} ${lesion.label || t("patient.lesion.unnamed")}`,
        })),
      ]}
    />
  );
}
