import { NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { percent as share } from "@/i18n/moments";
import { asPercent } from "./candidate";
import { ReplacementWarning } from "./ReplacementWarning";
import { useRule } from "./useRule";
import { ReasonDialog } from "../releases/ReasonDialog";

const FIRST_PERCENT = 10;

/** Lets a version answer for a share of the patients, or for another share than before. */
export function CanaryDialog({
  version,
  current,
  onClose,
}: {
  version: string;
  current: Schemas["Release"] | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const rule = useRule();
  const isThere = current?.version === version && current.kind === "canary";
  const [given, setGiven] = useState<string | number>(isThere ? current.percent : FIRST_PERCENT);
  const percent = asPercent(given);
  return (
    <ReasonDialog
      title={t(isThere ? "candidate.canary.changeTitle" : "candidate.canary.title", { version })}
      text={[t("candidate.canary.text"), rule].join(" ")}
      submit={t(isThere ? "candidate.canary.changeSubmit" : "candidate.canary.submit")}
      isReady={percent !== null}
      change={(why) =>
        unwrap(
          api.POST("/admin/models/{version}/canary", {
            params: { path: { version }, query: { percent: percent ?? FIRST_PERCENT } },
            body: { why },
          }),
        )
      }
      done={(entry) => t("candidate.canary.done", { version, share: share(entry.percent / 100) })}
      onClose={onClose}
    >
      <ReplacementWarning current={current} version={version} />
      <NumberInput
        label={t("candidate.canary.percent")}
        description={t("candidate.canary.percentHelp")}
        suffix={t("candidate.canary.percentSign")}
        min={1}
        max={99}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        required
        data-autofocus
        value={given}
        error={percent === null && t("candidate.canary.percentWrong")}
        onChange={setGiven}
      />
    </ReasonDialog>
  );
}
