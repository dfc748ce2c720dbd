import { Alert } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { IconCloudOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useUploads } from "@/uploads/useUploads";

/** Says while there is no network that uploads wait here. */
export function OfflineBanner() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  const waiting = useUploads().filter((upload) => upload.state === "waiting").length;
  if (online) return null;
  return (
    <Alert color="yellow" icon={<IconCloudOff aria-hidden />} role="status">
      {t("shell.offline")} {waiting > 0 && t("shell.waitingUploads", { count: waiting })}
    </Alert>
  );
}
