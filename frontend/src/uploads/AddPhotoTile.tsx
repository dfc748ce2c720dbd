import "@mantine/dropzone/styles.layer.css";
import { FileButton, Text, UnstyledButton } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconCamera, IconPhotoPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CameraOpener } from "@/camera/CameraOpener";
import { ACCEPTED, MAX_BYTES } from "./accepted";
import { useAddPhotos } from "./useAddPhotos";
import classes from "./AddPhotoTile.module.css";

/** Adds photos from beside those that are there: by a press, the camera, or a drop anywhere. */
export function AddPhotoTile({
  patientId,
  lesionId,
}: {
  patientId: string;
  lesionId: string | null;
}) {
  const { t } = useTranslation();
  const { add, refuse } = useAddPhotos(patientId, lesionId);
  const take = (files: File[], takenAt?: string) => {
    refuse(files.filter(({ size }) => size > MAX_BYTES).map((file) => ({ file, errors: [] })));
    add(
      files.filter(({ size }) => size <= MAX_BYTES),
      takenAt,
    );
  };
  return (
    <>
      <FileButton
        multiple
        accept={Object.keys(ACCEPTED).join(",")}
        onChange={(files) => take(files)}
      >
        {(props) => (
          <UnstyledButton {...props} className={classes.tile} aria-label={t("patient.upload.add")}>
            <IconPhotoPlus size={22} aria-hidden />
            <Text component="span" className={classes.word} aria-hidden>
              {t("patient.upload.short")}
            </Text>
          </UnstyledButton>
        )}
      </FileButton>
      <CameraOpener
        accept={Object.keys(ACCEPTED).join(",")}
        onPhoto={(photo, takenAt) => take([photo], takenAt)}
      >
        {(props) => (
          <UnstyledButton
            {...props}
            className={classes.tile}
            aria-label={`${t("patient.upload.cameraShort")}: ${t("patient.upload.camera")}`}
          >
            <IconCamera size={22} aria-hidden />
            <Text component="span" className={classes.word} aria-hidden>
              {t("patient.upload.cameraShort")}
            </Text>
          </UnstyledButton>
        )}
      </CameraOpener>
      <Dropzone.FullScreen
        active
        onDrop={(files) => add(files)}
        onReject={refuse}
        accept={ACCEPTED}
        maxSize={MAX_BYTES}
        inputProps={{ "aria-hidden": true }}
      >
        <Text fw={500} ta="center" mt="30vh">
          {t("patient.upload.dropHere")}
        </Text>
      </Dropzone.FullScreen>
    </>
  );
}
