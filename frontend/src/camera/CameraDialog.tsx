import { VisuallyHidden } from "@mantine/core";
import { Dialog } from "@/ui/Dialog";
import { useTranslation } from "react-i18next";
import { CameraView } from "./CameraView";
import type { OnPhoto } from "./take_photo";

/** The camera over the whole window. It stays open for the next photo until it is closed. */
export default function CameraDialog({
  accept,
  onPhoto,
  onClose,
}: {
  accept: string;
  onPhoto: OnPhoto;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog
      fullScreen
      withCloseButton={false}
      onClose={onClose}
      title={<VisuallyHidden>{t("camera.title")}</VisuallyHidden>}
      transitionProps={{ duration: 0 }}
      styles={{ header: { minHeight: 0, padding: 0 }, body: { padding: 0 } }}
    >
      <CameraView accept={accept} onPhoto={onPhoto} onClose={onClose} />
    </Dialog>
  );
}
