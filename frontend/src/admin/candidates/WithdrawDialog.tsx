import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { ReasonDialog } from "../releases/ReasonDialog";

/** Ends the canary or shadow. */
export function WithdrawDialog({
  candidate,
  onClose,
}: {
  candidate: Schemas["Release"];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { version, kind } = candidate;
  return (
    <ReasonDialog
      title={t("candidate.withdraw.title", { version })}
      text={t(kind === "canary" ? "candidate.withdraw.canary" : "candidate.withdraw.shadow")}
      submit={t("candidate.withdraw.submit")}
      change={(why) => unwrap(api.POST("/admin/models/withdraw", { body: { why } }))}
      done={() => t("candidate.withdraw.done", { version })}
      onClose={onClose}
    />
  );
}
