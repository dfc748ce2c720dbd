import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { ReplacementWarning } from "./ReplacementWarning";
import { ReasonDialog } from "../releases/ReasonDialog";

/** Has a version asked about the live one's photos, for comparison alone. */
export function ShadowDialog({
  version,
  current,
  onClose,
}: {
  version: string;
  current: Schemas["Release"] | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <ReasonDialog
      title={t("candidate.shadow.title", { version })}
      text={t("candidate.shadow.text")}
      submit={t("candidate.shadow.submit")}
      change={(why) =>
        unwrap(
          api.POST("/admin/models/{version}/shadow", {
            params: { path: { version } },
            body: { why },
          }),
        )
      }
      done={() => t("candidate.shadow.done", { version })}
      onClose={onClose}
    >
      <ReplacementWarning current={current} version={version} />
    </ReasonDialog>
  );
}
