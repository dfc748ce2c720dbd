import { Button, Group, Text } from "@mantine/core";
import { IconArchive, IconCheck, IconUserCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { ago } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";
import { StateBadge } from "@/ui/StateBadge";
import { EmptyState } from "@/ui/States";
import { JudgementMark } from "../releases/JudgementMark";
import { MeasuredFigure } from "./MeasuredFigure";
import { useServing } from "../releases/useServing";
import { CandidateBadge } from "../candidates/CandidateBadge";
import { Reinstate } from "./ShelfDialogs";
import { Trials } from "./Trials";
import { VersionActions } from "./VersionActions";

type Version = Schemas["ModelVersion"];

/** What was measured here and counts most, in the order in which it is read. */
const FIGURES = ["sensitivity", "specificity", "auc"] as const;

/** The versions in the store: how well each does here, what it costs, where each serves, its card and how to deploy it. */
export function Versions({
  versions,
  candidate,
  onCard,
}: {
  versions: Version[];
  candidate: Schemas["Release"] | null;
  onCard: (version: string) => void;
}) {
  const { t } = useTranslation();
  if (versions.length === 0) {
    return (
      <EmptyState
        title={t("admin.models.versions.none")}
        text={t("admin.models.versions.noneText")}
      />
    );
  }
  return (
    <DataTable
      label={t("admin.models.versions.table")}
      rows={versions}
      rowKey={({ version }) => version}
      columns={[
        {
          name: t("admin.models.versions.version"),
          show: ({ version, desired, architecture, retired, approved_by, brought_at }) => (
            <Group gap="xs">
              <div>
                <Text size="sm" fw={600}>
                  {version}
                </Text>
                <Text size="xs" c="dimmed">
                  {architecture}
                </Text>
                <Text size="xs" c="dimmed">
                  {ago(brought_at)} · <LiveOn version={version} />
                </Text>
              </div>
              {desired && (
                <StateBadge icon={IconCheck} color="teal">
                  {t("admin.models.versions.desired")}
                </StateBadge>
              )}
              {retired && (
                <StateBadge icon={IconArchive} color="gray">
                  {t("admin.models.shelf.retired")}
                </StateBadge>
              )}
              {approved_by.length > 0 && !desired && !retired && (
                <StateBadge icon={IconUserCheck} color="blue">
                  {t("admin.models.shelf.isApproved")}
                </StateBadge>
              )}
              {candidate?.version === version && <CandidateBadge {...candidate} />}
            </Group>
          ),
        },
        ...FIGURES.map((name) => ({
          name: t(`admin.models.metrics.${name}`),
          isEmpty: ({ judgement }: Version) => !judgement?.figures?.[name],
          show: ({ judgement }: Version) => <MeasuredFigure of={judgement?.figures?.[name]} />,
        })),
        {
          name: t("admin.models.reference.gate"),
          isEmpty: ({ judgement }) => !judgement,
          show: ({ judgement }) => <JudgementMark judgement={judgement} />,
        },
        {
          name: t("admin.models.versions.trial"),
          show: ({ sha256, version }) => <Trials sha256={sha256} version={version} />,
        },
        {
          name: t("admin.models.versions.actions"),
          show: ({ version, desired, retired }) => (
            <Group gap="xs" miw={{ md: "max-content" }}>
              <Button
                size="xs"
                variant="default"
                aria-label={t("admin.models.versions.cardOf", { version })}
                onClick={() => onCard(version)}
              >
                {t("admin.models.versions.card")}
              </Button>
              {retired && <Reinstate version={version} />}
              {!desired && !retired && <VersionActions version={version} candidate={candidate} />}
            </Group>
          ),
        },
      ]}
    />
  );
}

/** On how many replicas a release or candidate is running. */
function LiveOn({ version }: { version: string }) {
  const { t } = useTranslation();
  const replicas = useServing().data?.replicas ?? [];
  const total = replicas.length;
  const live = replicas.filter(({ live_version }) => live_version === version).length;
  if (live > 0) return t("admin.models.versions.liveOn", { count: live, total });
  const beside = replicas.filter(({ candidate }) => candidate?.version === version).length;
  if (beside > 0) return t("candidate.besideOn", { count: beside, total });
  return t("admin.models.versions.notLive");
}
