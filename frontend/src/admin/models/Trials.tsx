import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Cost } from "../serving/Cost";
import { useServing } from "../releases/useServing";

/** How this very archive did in its latest trial on each replica. */
export function Trials({ sha256 }: { sha256: string }) {
  const { t } = useTranslation();
  const replicas = useServing().data?.replicas ?? [];
  const last = replicas.flatMap(({ id, trials }) => {
    const trial = trials.findLast((tried) => tried.sha256 === sha256);
    return trial ? [{ replica: id, trial }] : [];
  });
  if (last.length === 0) return t("admin.models.versions.untried");
  return last.map(({ replica, trial }) => (
    <div key={replica}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        {trial.passed ? (
          <IconCheck size={16} aria-hidden />
        ) : (
          <IconAlertTriangle size={16} aria-hidden />
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
