import { Badge, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconLoader,
  IconRefresh,
  IconRefreshOff,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { ago } from "@/i18n/moments";
import { Section } from "@/shell/Section";
import { EmptyState, ErrorState, LoadingRows } from "@/shell/States";
import { DataTable } from "../DataTable";
import { Cost } from "./Cost";
import { useServing, useServingStream } from "./useServing";

type Replica = Schemas["Replica"];

/** Which TorchServe serves what, as it changes. */
export function ServingTab() {
  const { t } = useTranslation();
  const serving = useServing();
  const isLive = useServingStream();
  return (
    <Section
      title={t("admin.serving.title")}
      text={t("admin.serving.text")}
      action={<LiveBadge isLive={isLive} />}
    >
      {serving.isPending && <LoadingRows rows={2} />}
      {!serving.data && serving.error && (
        <ErrorState error={serving.error} onRetry={() => void serving.refetch()} />
      )}
      {serving.data?.replicas.length === 0 && (
        <EmptyState title={t("admin.serving.none")} text={t("admin.serving.noneText")} />
      )}
      {serving.data && serving.data.replicas.length > 0 && (
        <Replicas replicas={serving.data.replicas} />
      )}
    </Section>
  );
}

/** Whether what is shown follows what happens. */
export function LiveBadge({ isLive }: { isLive: boolean }) {
  const { t } = useTranslation();
  const Icon = isLive ? IconRefresh : IconRefreshOff;
  return (
    <Badge
      size="lg"
      tt="none"
      variant="default"
      role="status"
      leftSection={<Icon size={14} aria-hidden />}
    >
      {isLive ? t("admin.serving.live") : t("admin.serving.away")}
    </Badge>
  );
}

function Replicas({ replicas }: { replicas: Replica[] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("admin.serving.table")}
      rows={replicas}
      rowKey={({ id }) => id}
      columns={[
        {
          name: t("admin.serving.columns.replica"),
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
          show: ({ live_version }) => live_version ?? "–",
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
              ? measured.map((cost) => <Cost key={cost.version} measured={cost} />)
              : "–",
        },
        { name: t("admin.serving.columns.inFlight"), show: ({ in_flight }) => in_flight },
        { name: t("admin.serving.columns.seen"), show: ({ seen_at }) => ago(seen_at) },
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
      <Badge
        variant="light"
        color={color}
        tt="none"
        miw="max-content"
        leftSection={<Icon size={14} aria-hidden />}
      >
        {t(`admin.serving.states.${replica.state}`)}
      </Badge>
      {replica.resting && (
        <Text size="xs" c="dimmed">
          {t("admin.serving.resting")}
        </Text>
      )}
    </>
  );
}
