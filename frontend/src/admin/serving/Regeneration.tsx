import { Alert, Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconAlertTriangle, IconCheck, IconLoader, IconReload } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schemas } from "@/api/client";
import { confirm } from "@/ui/confirm";
import { useModels, useModelsChanged } from "../releases/queries";
import { Section } from "@/ui/Section";
import { outcome, progressOf, type ReplicaProgress } from "./regeneration";

/** Has the live version downloaded and loaded again. The address holds the request's id. */
export function Regeneration({ replicas }: { replicas: Schemas["Replica"][] }) {
  const { t } = useTranslation();
  const reason = useId();
  const [address, setAddress] = useSearchParams();
  const models = useModels();
  const changed = useModelsChanged();
  const candidate = models.data?.candidate ?? null;
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST("/admin/models/cache/regenerate")),
    onSuccess: ({ id }) => setAddress({ tab: "serving", regeneration: id }, { replace: true }),
    onSettled: changed,
  });
  const asked = address.get("regeneration");
  const begin = () =>
    confirm({
      title: t("admin.serving.regeneration.confirm"),
      text: t("admin.serving.regeneration.confirmText"),
      action: t("admin.serving.regeneration.submit"),
      isDestructive: false,
      onConfirm: ask.mutate,
    });
  return (
    <Section
      title={t("admin.serving.regeneration.title")}
      text={t("admin.serving.regeneration.text")}
      action={
        <Button
          variant="default"
          leftSection={<IconReload size={18} aria-hidden />}
          loading={ask.isPending}
          // Not `disabled`: the keyboard could no longer reach it, nor a screen reader say why.
          data-disabled={candidate !== null || undefined}
          aria-disabled={candidate !== null || undefined}
          aria-describedby={candidate ? reason : undefined}
          onClick={candidate ? undefined : begin}
        >
          {t("admin.serving.regeneration.ask")}
        </Button>
      }
    >
      {candidate && (
        <Text size="sm" id={reason}>
          {t("candidate.noRoom", { version: candidate.version })}
        </Text>
      )}
      <Results results={progressOf(replicas, asked)} />
    </Section>
  );
}

const LOOKS = {
  waiting: [IconLoader, "cyan"],
  done: [IconCheck, "teal"],
  failed: [IconAlertTriangle, "red"],
} as const;

function Results({ results }: { results: ReplicaProgress[] }) {
  const { t } = useTranslation();
  const state = outcome(results);
  const [Icon, color] = LOOKS[state];
  return (
    // Rendered before it has anything to say, so that screen readers announce it.
    <div role="status">
      {results.length > 0 && (
        <Alert
          color={color}
          icon={<Icon aria-hidden />}
          title={t(`admin.serving.regeneration.outcome.${state}`, {
            count: results.filter((one) => one.state !== "waiting").length,
            total: results.length,
          })}
        >
          {results.map((one) => (
            <Result key={one.replica} {...one} />
          ))}
          {state === "waiting" && (
            <Text size="xs" mt={4}>
              {t("admin.serving.regeneration.waitingText")}
            </Text>
          )}
        </Alert>
      )}
    </div>
  );
}

function Result({ replica, state, error }: ReplicaProgress) {
  const { t } = useTranslation();
  const [Icon] = LOOKS[state];
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Icon size={16} aria-hidden style={{ flex: "none" }} />
      <Text size="sm">{t(`admin.serving.regeneration.states.${state}`, { replica, error })}</Text>
    </Group>
  );
}
