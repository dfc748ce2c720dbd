import { VisuallyHidden } from "@mantine/core";
import { Dialog } from "@/ui/Dialog";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { CameraView } from "./CameraView";

/** The camera over the whole window. It stays open for the next photo until it is closed. */
export default function CameraDialog(props: ComponentProps<typeof CameraView>) {
  const { t } = useTranslation();
  return (
    <Dialog
      fullScreen
      withCloseButton={false}
      onClose={props.onClose}
      title={<VisuallyHidden>{t("camera.title")}</VisuallyHidden>}
      transitionProps={{ duration: 0 }}
      styles={{ header: { minHeight: 0, padding: 0 }, body: { padding: 0 } }}
    >
      <CameraView {...props} />
    </Dialog>
  );
}
