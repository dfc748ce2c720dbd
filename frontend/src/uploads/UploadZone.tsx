import "@mantine/dropzone/styles.layer.css";
import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { IconCamera, IconPhotoPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";
import { showProblem } from "@/ui/notices";
import { fileKind } from "./file_kind";
import { addUploads } from "./queue";

/** What the server accepts; by extension too, since not every system knows HEIC's media type. */
const ACCEPTED = {
  "image/jpeg": [".jpg", ".jpeg"],
  "image/png": [".png"],
  "image/heic": [".heic"],
  "image/heif": [".heif"],
  "image/webp": [".webp"],
  "image/tiff": [".tif", ".tiff"],
};
const MAX_BYTES = 20 * 1024 * 1024;

/** Takes photos by drag and drop, from files and from the camera. */
export function UploadZone({
  patientId,
  lesionId,
}: {
  patientId: string;
  lesionId: string | null;
}) {
  const { t } = useTranslation();
  const user = useUser();
  const add = (files: File[]) => {
    if (files.length === 0) return;
    addUploads(files, { userId: user.id, patientId, lesionId }).catch(showProblem);
  };
  const reasonAgainst = (file: File) => {
    const kind = fileKind(file.name);
    if (kind) return t(`files.${kind}`);
    return file.size > MAX_BYTES ? t("patient.upload.tooLarge") : t("patient.upload.wrongType");
  };
  const refuse = (rejections: FileRejection[]) => {
    for (const { file } of rejections.slice(0, 5)) {
      notifications.show({
        closeButtonProps: { "aria-label": t("shell.close") },
        color: "red",
        autoClose: false,
        title: file.name,
        message: reasonAgainst(file),
      });
    }
  };
  return (
    <Stack gap="xs">
      <Dropzone
        onDrop={add}
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
      <Group hiddenFrom="sm">
        <FileButton
          accept={Object.keys(ACCEPTED).join(",")}
          capture="environment"
          onChange={(file) => add(file ? [file] : [])}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconCamera size={18} aria-hidden />}>
              {t("patient.upload.camera")}
            </Button>
          )}
        </FileButton>
      </Group>
    </Stack>
  );
}
