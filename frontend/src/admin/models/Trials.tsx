import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Cost } from "../serving/Cost";
import { useServing } from "../releases/useServing";
import classes from "./Trials.module.css";

/** How this very archive did in its latest trial on each replica, and what it costs there. */
export function Trials({ sha256, version }: { sha256: string; version: string }) {
  const { t } = useTranslation();
  const replicas = useServing().data?.replicas ?? [];
  const last = replicas.flatMap(({ id, trials }) => {
    const trial = trials.findLast((tried) => tried.sha256 === sha256);
    return trial ? [{ replica: id, trial }] : [];
  });
  if (last.length === 0) {
    const loaded = replicas.flatMap(({ measured }) =>
      measured.filter((cost) => cost.version === version),
    );
    // What serves has been measured as it was loaded: it needs no trial.
    return loaded[0] ? <Cost measured={loaded[0]} /> : t("admin.models.versions.untried");
  }
  return last.map(({ replica, trial }) => (
    <div key={replica}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        {trial.passed ? (
          <IconCheck size={16} aria-hidden className={classes.icon} />
        ) : (
          <IconAlertTriangle size={16} aria-hidden className={classes.icon} />
        )}
        <Text size="sm">
          {trial.passed
            ? t("admin.models.versions.passed", { replica })
            : t("admin.models.versions.trialFailed", { replica, error: trial.error })}
        </Text>
      </Group>
      {trial.measured && <Cost measured={trial.measured} />}
    </div>
  ));
}
