import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime, percent } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";
import { Section } from "@/ui/Section";
import { useKnownUsers } from "../users/queries";
import { AUTOMATIC } from "../candidates/candidate";
import { JudgementMark } from "../releases/JudgementMark";
import { ReasonDialog } from "../releases/ReasonDialog";

/** The release log, and the way back to the last version that worked. */
export function ReleaseHistory({
  releases,
  rollsBackTo,
}: {
  releases: Schemas["Release"][];
  /** Where a rollback leads; null if there is nothing to return to. */
  rollsBackTo: string | null;
}) {
  const { t } = useTranslation();
  const { nameOf } = useKnownUsers();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <Section
      title={t("admin.models.log.title")}
      action={
        rollsBackTo && (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            onClick={() => setIsAsking(true)}
          >
            {t("admin.models.release.rollBackTo", { version: rollsBackTo })}
          </Button>
        )
      }
    >
      <DataTable
        label={t("admin.models.log.table")}
        rows={releases}
        rowKey={({ number }) => String(number)}
        columns={[
          { name: t("admin.models.log.number"), show: ({ number }) => number },
          { name: t("admin.models.log.version"), show: ({ version }) => version },
          {
            name: t("admin.models.log.kind"),
            isShort: true,
            show: ({ kind, percent: share }) =>
              kind === "canary"
                ? t("candidate.badge.canary", { share: percent(share / 100) })
                : t(`admin.models.log.kinds.${kind}`),
          },
          {
            name: t("admin.models.log.by"),
            isShort: true,
            show: ({ by }) => (by === AUTOMATIC ? t("candidate.automatically") : nameOf(by)),
          },
          { name: t("admin.models.log.at"), isShort: true, show: ({ at }) => dayAndTime(at) },
          {
            name: t("admin.models.reference.gate"),
            isEmpty: ({ judgement }) => !judgement,
            show: ({ judgement }) => <JudgementMark judgement={judgement} />,
          },
          { name: t("admin.models.log.why"), show: ({ why }) => why || "–" },
        ]}
      />
      {isAsking && (
        <ReasonDialog
          title={t("admin.models.release.rollBackTitle", { version: rollsBackTo })}
          text={t("admin.models.release.rollBackText", { version: rollsBackTo })}
          submit={t("admin.models.release.rollBack")}
          change={(why) =>
            // Named, so that what was confirmed is what happens, whoever released meanwhile.
            unwrap(api.POST("/admin/models/rollback", { body: { why, version: rollsBackTo } }))
          }
          done={({ version }) => t("admin.models.release.rolledBack", { version })}
          onClose={() => setIsAsking(false)}
        />
      )}
    </Section>
  );
}
