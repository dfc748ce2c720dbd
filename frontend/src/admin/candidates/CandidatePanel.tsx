import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle, IconLoader } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { ago, dayAndTime, percent } from "@/i18n/moments";
import { Facts } from "@/ui/Facts";
import { Section } from "@/ui/Section";
import { JudgementFigures } from "../releases/JudgementFigures";
import { useServing } from "../releases/useServing";
import { useKnownUsers } from "../users/queries";
import { notReady, candidateSince, type NotReady } from "./candidate";
import { CandidateActions } from "./CandidateActions";
import { CanaryWatch } from "./CanaryWatch";
import { ShadowAgreement } from "./ShadowAgreement";

/** The version beside the live one: who asked for it, how it does and what to do with it. */
export function CandidatePanel({
  candidate,
  models,
}: {
  candidate: Schemas["Release"];
  models: Schemas["Models"];
}) {
  const { t } = useTranslation();
  const { nameOf } = useKnownUsers();
  const serving = useServing().data;
  const { kind, version, by, at, why } = candidate;
  const isCanary = kind === "canary";
  const begun = candidateSince(models.releases, candidate);
  const total = serving?.replicas.length ?? 0;
  const waiting = notReady(serving?.replicas ?? [], candidate);
  const judged =
    candidate.judgement ?? models.versions.find((found) => found.version === version)?.judgement;
  const share = percent(candidate.percent / 100);
  return (
    <Section
      title={t(isCanary ? "candidate.panel.canary" : "candidate.panel.shadow", { version })}
      text={t(isCanary ? "candidate.panel.canaryText" : "candidate.panel.shadowText", { share })}
    >
      <Facts
        facts={[
          {
            name: t("candidate.panel.since"),
            value: `${dayAndTime(begun)} (${ago(begun)})`,
          },
          ...(isCanary
            ? [
                {
                  name: t("candidate.panel.share"),
                  value:
                    begun === at ? share : t("candidate.panel.shareSince", { share, at: ago(at) }),
                },
              ]
            : []),
          { name: t("candidate.panel.by"), value: nameOf(by) },
          { name: t("candidate.panel.why"), value: why || "–" },
          {
            name: t("candidate.panel.ready"),
            value: serving
              ? t("candidate.panel.readyOn", { count: total - waiting.length, total })
              : "–",
          },
        ]}
      />
      <Waiting replicas={waiting} />
      {judged && <JudgementFigures judgement={judged} of={version} />}
      {isCanary ? (
        <CanaryWatch
          version={version}
          live={models.versions.find(({ desired }) => desired)?.version}
        />
      ) : (
        <ShadowAgreement version={version} />
      )}
      <CandidateActions candidate={candidate} />
    </Section>
  );
}

function Waiting({ replicas }: { replicas: NotReady[] }) {
  const { t } = useTranslation();
  if (replicas.length === 0) return null;
  const hasFailed = replicas.some(({ error }) => error !== null);
  const Icon = hasFailed ? IconAlertTriangle : IconLoader;
  return (
    <Alert
      color={hasFailed ? "red" : "yellow"}
      role="status"
      icon={<Icon aria-hidden />}
      title={t("candidate.notReady.title")}
    >
      {replicas.map(({ replica, why, error }) => (
        <Text key={replica} size="sm">
          {t("candidate.notReady.on", {
            replica,
            reason: error ?? t(`candidate.notReady.${why}`),
          })}
        </Text>
      ))}
    </Alert>
  );
}
