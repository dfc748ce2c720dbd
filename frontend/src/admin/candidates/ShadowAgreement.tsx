import { Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, type Icon as IconType } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { percent } from "@/i18n/moments";
import { Facts } from "@/ui/Facts";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { useAgreement } from "../releases/queries";

/** How often a shadow agrees with the live version, as photos come in. */
export function ShadowAgreement({ version }: { version: string }) {
  const { t } = useTranslation();
  const agreement = useAgreement(version);
  if (!agreement.data) return <QueryState query={agreement} rows={2} />;
  if (agreement.data.photos === 0)
    return (
      <EmptyState title={t("candidate.agreement.none")} text={t("candidate.agreement.noneText")} />
    );
  return <Report report={agreement.data} />;
}

function Report({ report }: { report: Schemas["Agreement"] }) {
  const { t } = useTranslation();
  const { photos, failed, share, low, high } = report;
  return (
    <Stack gap="sm" component="section" aria-label={t("candidate.agreement.title")}>
      <Title order={3} size="h5">
        {t("candidate.agreement.title")}
      </Title>
      {share !== null && low !== null && high !== null && (
        <Group gap="xs" align="baseline">
          <Text fz={28} fw={700} lh={1.2}>
            {percent(share, 1)}
          </Text>
          <Text size="sm">
            {t("candidate.agreement.same", {
              count: photos - failed,
              same: report.same_label,
              low: percent(low, 1),
              high: percent(high, 1),
            })}
          </Text>
        </Group>
      )}
      <Facts
        facts={[
          { name: t("candidate.agreement.photos"), value: photos },
          {
            name: t("candidate.agreement.newlyMalignant"),
            value: <Newly icon={IconAlertTriangle} count={report.newly_malignant} />,
          },
          {
            name: t("candidate.agreement.newlyBenign"),
            value: <Newly icon={IconCircleCheck} count={report.newly_benign} />,
          },
          {
            name: t("candidate.agreement.meanDifference"),
            value: <Points share={report.mean_difference} />,
          },
          {
            name: t("candidate.agreement.largestDifference"),
            value: <Points share={report.largest_difference} />,
          },
          { name: t("candidate.agreement.failed"), value: failed },
        ]}
      />
      <Text size="xs" c="dimmed">
        {t("candidate.agreement.kept")}
      </Text>
    </Stack>
  );
}

/** How many photos changed to a class, beside that class's icon. */
function Newly({ icon: Icon, count }: { icon: IconType; count: number }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Icon size={16} aria-hidden />
      <span>{count}</span>
    </Group>
  );
}

function Points({ share }: { share: number | null }) {
  const { t } = useTranslation();
  if (share === null) return "–";
  const points = new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 1 });
  return t("candidate.agreement.points", { points: points.format(share * 100) });
}
