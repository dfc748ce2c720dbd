import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ReasonDialog } from "./ReasonDialog";

/** Makes a version the live one everywhere. */
export function ReleaseDialog({ version, onClose }: { version: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <ReasonDialog
      title={t("admin.models.release.title", { version })}
      text={t("admin.models.release.text")}
      submit={t("admin.models.release.submit")}
      change={(why) =>
        unwrap(
          api.POST("/admin/models/{version}/release", {
            params: { path: { version } },
            body: { why },
          }),
        )
      }
      done={(release) => t("admin.models.release.done", { version: release.version })}
      onClose={onClose}
    />
  );
}
