import "@mantine/dropzone/styles.layer.css";
import { Button, Group, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconCamera, IconPhotoPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CameraOpener } from "@/camera/CameraOpener";
import { ACCEPTED, MAX_BYTES } from "./accepted";
import { useAddPhotos } from "./useAddPhotos";

/** Takes photos by drag and drop, from files and from the camera. */
export function UploadZone({
  patientId,
  lesionId,
}: {
  patientId: string;
  lesionId: string | null;
}) {
  const { t } = useTranslation();
  const { add, refuse } = useAddPhotos(patientId, lesionId);
  return (
    <Stack gap="xs">
      <Dropzone
        onDrop={(files) => add(files)}
        onReject={refuse}
        accept={ACCEPTED}
        maxSize={MAX_BYTES}
        inputProps={{ "aria-label": t("patient.upload.choose") }}
        p="md"
      >
        <Group justify="center" gap="sm" wrap="nowrap">
          <IconPhotoPlus size={28} aria-hidden />
          <div>
            <Text fw={500}>{t("patient.upload.drop")}</Text>
            <Text size="sm" c="dimmed">
              {t("patient.upload.limits")}
            </Text>
          </div>
        </Group>
      </Dropzone>
      <Group justify="center">
        <CameraOpener
          accept={Object.keys(ACCEPTED).join(",")}
          onPhoto={(photo, takenAt) => add([photo], takenAt)}
        >
          {(props) => (
            <Button
              {...props}
              size="md"
              variant="default"
              leftSection={<IconCamera size={18} aria-hidden />}
            >
              {t("patient.upload.camera")}
            </Button>
          )}
        </CameraOpener>
      </Group>
    </Stack>
  );
}
