import { Badge, Button, Group, Text } from "@mantine/core";
import { IconCheck, IconRocket } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, told, type Schemas } from "@/api/client";
import { ago, percent } from "@/i18n/moments";
import { EmptyState } from "@/shell/States";
import { DataTable } from "../DataTable";
import { useServing } from "../serving/useServing";
import { Trials, TryButton } from "./Trials";
import { WhyDialog } from "./WhyDialog";

/** The versions in the store: where each serves, its card and its release. */
export function Versions({
  versions,
  onCard,
}: {
  versions: Schemas["ModelVersion"][];
  onCard: (version: string) => void;
}) {
  const { t } = useTranslation();
  const [toRelease, setToRelease] = useState<string | null>(null);
  if (versions.length === 0) {
    return (
      <EmptyState
        title={t("admin.models.versions.none")}
        text={t("admin.models.versions.noneText")}
      />
    );
  }
  return (
    <>
      <DataTable
        label={t("admin.models.versions.table")}
        rows={versions}
        rowKey={({ version }) => version}
        columns={[
          {
            name: t("admin.models.versions.version"),
            show: ({ version, desired, architecture }) => (
              <Group gap="xs">
                <div>
                  <Text size="sm" fw={600}>
                    {version}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {architecture}
                  </Text>
                </div>
                {desired && (
                  <Badge
                    variant="light"
                    tt="none"
                    color="teal"
                    leftSection={<IconCheck size={14} aria-hidden />}
                  >
                    {t("admin.models.versions.desired")}
                  </Badge>
                )}
              </Group>
            ),
          },
          {
            name: t("admin.models.versions.threshold"),
            show: ({ threshold }) => percent(threshold, 1),
          },
          {
            name: t("admin.models.versions.brought"),
            show: ({ brought_at }) => ago(brought_at),
          },
          {
            name: t("admin.models.versions.serving"),
            show: ({ version }) => <LiveOn version={version} />,
          },
          {
            name: t("admin.models.versions.trial"),
            show: ({ sha256 }) => <Trials sha256={sha256} />,
          },
          {
            name: t("admin.models.versions.actions"),
            show: ({ version, desired }) => (
              <Group gap="xs">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("admin.models.versions.cardOf", { version })}
                  onClick={() => onCard(version)}
                >
                  {t("admin.models.versions.card")}
                </Button>
                {!desired && <TryButton version={version} />}
                {!desired && (
                  <Button
                    size="xs"
                    leftSection={<IconRocket size={14} aria-hidden />}
                    aria-label={t("admin.models.versions.releaseOf", { version })}
                    onClick={() => setToRelease(version)}
                  >
                    {t("admin.models.versions.release")}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      {toRelease && (
        <WhyDialog
          title={t("admin.models.release.title", { version: toRelease })}
          text={t("admin.models.release.text")}
          submit={t("admin.models.release.submit")}
          change={(why) =>
            told(
              api.POST("/admin/models/{version}/release", {
                params: { path: { version: toRelease } },
                body: { why },
              }),
            )
          }
          done={({ version }) => t("admin.models.release.done", { version })}
          onClose={() => setToRelease(null)}
        />
      )}
    </>
  );
}

/** How far a release has come. */
function LiveOn({ version }: { version: string }) {
  const { t } = useTranslation();
  const replicas = useServing().data?.replicas ?? [];
  const live = replicas.filter(({ live_version }) => live_version === version).length;
  return live > 0
    ? t("admin.models.versions.liveOn", { count: live, total: replicas.length })
    : t("admin.models.versions.notLive");
}
