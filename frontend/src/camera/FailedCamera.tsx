import { Button, FileButton, Text } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { OnPhoto } from "./take_photo";
import type { CameraFailure } from "./useCamera";
import classes from "./CameraView.module.css";

/** Why there is no picture, and how to take a photo all the same. */
export function FailedCamera({
  why,
  accept,
  onRetry,
  onPhoto,
}: {
  why: CameraFailure;
  accept: string;
  onRetry: () => void;
  onPhoto: OnPhoto;
}) {
  const { t } = useTranslation();
  return (
    <div className={classes.message} role="alert">
      <Text fw={600}>{t(`camera.failed.${why}`)}</Text>
      <Text size="sm">{t(`camera.failed.${why}Help`)}</Text>
      <Button variant="default" mih={44} onClick={onRetry}>
        {t("shell.retry")}
      </Button>
      <FileButton accept={accept} capture="environment" onChange={(file) => file && onPhoto(file)}>
        {(props) => (
          <Button {...props} mih={44} leftSection={<IconPhoto size={20} aria-hidden />}>
            {t("camera.instead")}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
