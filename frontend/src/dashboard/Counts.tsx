import { Card, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCounts, useModelInUse } from "./queries";
import classes from "./Counts.module.css";

/** The server stops counting here. */
const MANY = 1000;

/** The day in figures; each leads to its list on this page. */
export function Counts() {
  const { t } = useTranslation();
  const counts = useCounts().data;
  return (
    <SimpleGrid
      cols={{ base: 2, md: 5 }}
      component="section"
      aria-label={t("dashboard.counts.label")}
    >
      <Count to="unreviewed" count={counts?.unreviewed} what={t("dashboard.counts.unreviewed")} />
      <Count to="followUp" count={counts?.follow_up} what={t("dashboard.counts.followUp")} />
      <Count to="due" count={counts?.due} what={t("dashboard.counts.due")} />
      <Count to="pending" count={counts?.pending} what={t("dashboard.counts.pending")} />
      <ModelInUse />
    </SimpleGrid>
  );
}

function Count({ to, count, what }: { to: string; count: number | undefined; what: string }) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="md" component="a" href={`#${to}`} td="none" c="inherit">
      {count === undefined ? (
        <Skeleton h={34} w={48} />
      ) : (
        <Text fz={28} fw={700} lh={1.2}>
          {count >= MANY ? t("dashboard.counts.many") : count}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {what}
      </Text>
    </Card>
  );
}

function ModelInUse() {
  const { t } = useTranslation();
  const inUse = useModelInUse().data;
  return (
    <Card withBorder padding="md" className={classes.model}>
      {!inUse ? (
        <Skeleton h={34} w={90} />
      ) : inUse.model ? (
        <Text fz={28} fw={700} lh={1.2}>
          {inUse.model.version}
        </Text>
      ) : (
        <Text size="sm" fw={600}>
          {t("dashboard.model.none")}
        </Text>
      )}
      {/* Two lines from the start: how many replicas there are is known later. */}
      <Text size="sm" c="dimmed" mih="2lh">
        {t("dashboard.model.title")}
        {inUse?.model && `, ${t("dashboard.model.replicas", { count: inUse.replicas })}`}
      </Text>
    </Card>
  );
}
