import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { Replaced } from "./Replaced";
import { WhyDialog } from "../releases/WhyDialog";

/** Has a version asked about the live one's photos, for comparison alone. */
export function ShadowDialog({
  version,
  present,
  onClose,
}: {
  version: string;
  present: Schemas["Release"] | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <WhyDialog
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
      <Replaced present={present} version={version} />
    </WhyDialog>
  );
}
