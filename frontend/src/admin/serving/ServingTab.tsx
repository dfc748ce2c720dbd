import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LiveBadge } from "@/ui/LiveBadge";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { EmptyState } from "@/ui/States";
import { Regeneration } from "./Regeneration";
import { Replicas } from "./Replicas";
import { useServing, useServingStream } from "../releases/useServing";

/** Which TorchServe serves what, as it changes. */
export function ServingTab() {
  const { t } = useTranslation();
  const serving = useServing();
  const isLive = useServingStream();
  const replicas = serving.data?.replicas ?? [];
  return (
    <Stack>
      <Section
        title={t("admin.serving.title")}
        text={t("admin.serving.text")}
        action={<LiveBadge isLive={isLive} />}
      >
        <QueryState query={serving} rows={2} />
        {serving.data && replicas.length === 0 && (
          <EmptyState title={t("admin.serving.none")} text={t("admin.serving.noneText")} />
        )}
        {replicas.length > 0 && <Replicas replicas={replicas} />}
      </Section>
      {replicas.length > 0 && <Regeneration replicas={replicas} />}
    </Stack>
  );
}
