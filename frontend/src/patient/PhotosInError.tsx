import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Thumbnail } from "@/findings/Thumbnail";
import { day, dayAndTime } from "@/i18n/moments";
import { usePhotosInError } from "./queries";
import { useAuthorName } from "./useAuthorName";
import { usePhotoCorrections } from "./usePhotoCorrections";

/** A patient's photos that were entered in error, and until when each can be restored. */
export function PhotosInError({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const { restore } = usePhotoCorrections();
  const images = usePhotosInError(patientId).data ?? [];
  if (images.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label={t("patient.correct.list")}>
      <Text fw={500}>{t("patient.correct.list")}</Text>
      {images.map((image) => (
        <Group key={image.id} gap="sm" wrap="nowrap" align="flex-start">
          <Thumbnail
            imageId={image.id}
            name={t("patient.photos.name", {
              at: dayAndTime(image.captured_at ?? image.created_at),
            })}
            size={56}
          />
          <Stack gap={2} align="flex-start">
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {image.void_reason}
            </Text>
            <Text size="xs" c="dimmed">
              {image.voided_by && nameOf(image.voided_by)}
              {image.restorable_until &&
                ` · ${t("patient.correct.until", { day: day(image.restorable_until) })}`}
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              loading={restore.isPending && restore.variables.id === image.id}
              onClick={() => restore.mutate(image)}
            >
              {t("patient.correct.restore")}
            </Button>
          </Stack>
        </Group>
      ))}
    </Stack>
  );
}
