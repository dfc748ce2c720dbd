import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { JudgementFigures } from "./JudgementFigures";
import { useModels } from "./queries";
import { ReasonDialog } from "./ReasonDialog";

/** Makes a version the live one everywhere, in sight of how good it was measured to be here. */
export function ReleaseDialog({ version, onClose }: { version: string; onClose: () => void }) {
  const { t } = useTranslation();
  const models = useModels().data;
  const judgement = models?.versions.find((found) => found.version === version)?.judgement;
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
      size="xl"
      onClose={onClose}
    >
      {judgement && <JudgementFigures judgement={judgement} of={version} />}
      {models && !judgement && <Text size="sm">{t("admin.models.release.unmeasured")}</Text>}
    </ReasonDialog>
  );
}
