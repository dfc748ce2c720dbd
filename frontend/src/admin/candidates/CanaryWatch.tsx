import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";
import { useServing } from "../releases/useServing";
import { judgement } from "./candidate";
import { useRule } from "./useRule";

type Serving = Schemas["Serving"];
type Figures = Schemas["VersionFigures"];

/** How the canary does beside the live version, and what would end it. */
export function CanaryWatch({ version, live }: { version: string; live: string | undefined }) {
  const { t } = useTranslation();
  const rule = useRule();
  const serving = useServing().data;
  const figures = serving?.canary?.version === version ? serving.canary : null;
  return (
    <Stack gap="xs">
      {figures && (
        <DataTable
          label={t("candidate.figures.table")}
          rows={[
            { name: t("candidate.figures.canary", { version }), figures: figures.canary },
            { name: t("candidate.figures.live", { version: live ?? "" }), figures: figures.live },
          ]}
          rowKey={({ name }) => name}
          columns={[
            { name: t("candidate.figures.version"), show: ({ name }) => name },
            { name: t("candidate.figures.requests"), show: ({ figures }) => figures.requests },
            { name: t("candidate.figures.failed"), show: ({ figures }) => failed(figures) },
            {
              name: t("candidate.figures.median"),
              show: ({ figures: { median_ms } }) =>
                median_ms === null
                  ? "–"
                  : t("candidate.figures.milliseconds", { ms: Math.round(median_ms) }),
            },
          ]}
        />
      )}
      <Text size="sm">
        {rule} {figures && <Judged figures={figures} rule={serving?.canary_rule} />}
      </Text>
      <Text size="xs" c="dimmed">
        {t("candidate.figures.counted")}
      </Text>
    </Stack>
  );
}

function failed({ requests, failed }: Figures): string {
  return failed === 0 ? "0" : `${failed} (${percent(failed / requests, 1)})`;
}

function Judged({
  figures,
  rule,
}: {
  figures: NonNullable<Serving["canary"]>;
  rule: Serving["canary_rule"] | undefined;
}) {
  const { t } = useTranslation();
  if (!rule) return null;
  return (
    <strong>
      {t(`candidate.figures.judged.${judgement(figures, rule)}`, {
        canary: figures.canary.requests,
        live: figures.live.requests,
        needed: rule.min_requests,
      })}
    </strong>
  );
}
