import { Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconLoader } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { ago } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";
import { StateBadge } from "@/ui/StateBadge";
import { CandidateBadge } from "../candidates/CandidateBadge";
import { Cost } from "./Cost";

type Replica = Schemas["Replica"];

/** What each TorchServe holds and how it stands. */
export function Replicas({ replicas }: { replicas: Replica[] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("admin.serving.table")}
      rows={replicas}
      rowKey={({ id }) => id}
      columns={[
        {
          name: t("admin.serving.columns.replica"),
          isWhole: true,
          show: ({ id, address }) => (
            <>
              <Text size="sm" fw={500}>
                {id}
              </Text>
              <Text size="xs" c="dimmed">
                {address}
              </Text>
            </>
          ),
        },
        { name: t("admin.serving.columns.state"), show: (replica) => <State replica={replica} /> },
        {
          name: t("admin.serving.columns.version"),
          show: ({ live_version, candidate }) => (
            <>
              <Text size="sm">{live_version ?? "–"}</Text>
              {candidate && (
                <Stack gap={2} align="flex-start">
                  <Text size="sm">{candidate.version}</Text>
                  <CandidateBadge {...candidate} />
                </Stack>
              )}
            </>
          ),
        },
        {
          name: t("admin.serving.columns.loaded"),
          show: ({ loaded_versions }) => loaded_versions.join(", ") || "–",
        },
        { name: t("admin.serving.columns.workers"), show: ({ workers }) => workers },
        {
          name: t("admin.serving.columns.cost"),
          show: ({ measured }) =>
            measured.length > 0
              ? measured.map((cost) => <Cost key={cost.version} measured={cost} isNamed />)
              : "–",
        },
        { name: t("admin.serving.columns.inFlight"), show: ({ in_flight }) => in_flight },
        {
          name: t("admin.serving.columns.seen"),
          isShort: true,
          show: ({ seen_at }) => ago(seen_at),
        },
        {
          name: t("admin.serving.columns.error"),
          show: ({ last_error }) => last_error ?? "–",
        },
      ]}
    />
  );
}

const LOOKS = {
  starting: [IconLoader, "yellow"],
  ready: [IconCheck, "teal"],
  updating: [IconLoader, "cyan"],
  failed: [IconAlertTriangle, "red"],
} as const;

function State({ replica }: { replica: Replica }) {
  const { t } = useTranslation();
  const [Icon, color] = LOOKS[replica.state];
  return (
    <>
      <StateBadge icon={Icon} color={color}>
        {t(`admin.serving.states.${replica.state}`)}
      </StateBadge>
      {replica.resting && (
        <Text size="xs" c="dimmed">
          {t("admin.serving.resting")}
        </Text>
      )}
    </>
  );
}
