import { Alert, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { figure } from "@/model_card/scale";
import { metricName } from "@/model_card/metric_name";
import { DataTable } from "@/ui/DataTable";
import { compared } from "./judgement";

type Judgement = Schemas["Judgement"];

/** How a version did on the installation's own cases, beside the live one, and what was allowed. */
export function JudgementFigures({ judgement, of }: { judgement: Judgement; of: string }) {
  const { t } = useTranslation();
  const { figures, live_version, error, at, set_number } = judgement;
  return (
    <Stack gap="xs">
      {error && (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title={t("admin.models.reference.refused")}
        >
          <span lang="en">{error}</span>
        </Alert>
      )}
      {figures && (
        <>
          <DataTable
            label={t("admin.models.reference.table", { version: of })}
            rows={compared(judgement)}
            rowKey={({ name }) => name}
            columns={[
              {
                name: t("admin.models.reference.figure"),
                show: ({ name }) => metricName(name),
              },
              {
                name: of,
                show: ({ name, found }) => <Value figure={found} exact={name === "brier"} />,
              },
              {
                name: live_version
                  ? t("admin.models.reference.live", { version: live_version })
                  : t("admin.models.reference.nothingLive"),
                show: ({ name, live }) => <Value figure={live} exact={name === "brier"} />,
              },
              {
                name: t("admin.models.reference.margin"),
                show: ({ margin }) => (margin === null ? "–" : figure(margin)),
              },
            ]}
          />
          <Text size="xs" c="dimmed">
            {t("admin.models.reference.counted", {
              number: set_number,
              cases: figures.cases,
              malignant: figures.malignant,
              at: dayAndTime(at),
            })}
          </Text>
        </>
      )}
    </Stack>
  );
}

/** A figure with its interval; the Brier score has none. */
function Value({ figure: shown, exact }: { figure: Schemas["Figure"] | null; exact: boolean }) {
  if (!shown) return "–";
  if (exact) return figure(shown.value);
  return (
    <>
      {figure(shown.value)}{" "}
      <Text span size="xs" c="dimmed">
        ({figure(shown.low)} – {figure(shown.high)})
      </Text>
    </>
  );
}
