import { List, Stack, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const KNOWN = [
  "SMALL",
  "TOO_DARK",
  "TOO_BRIGHT",
  "NO_CONTRAST",
  "BLURRED",
  "OFF_CENTRE",
  "LESION_CUT",
  "NOT_A_LESION",
] as const;

/** What may make a result on this photo unreliable, and what to do about it. */
export function QualityWarnings({ warnings }: { warnings: string[] }) {
  const { t } = useTranslation();
  if (warnings.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t("finding.quality.title")}
      </Text>
      <List size="sm" icon={<IconAlertCircle size={16} aria-hidden />}>
        {warnings.map((warning) => {
          const known = KNOWN.find((name) => name === warning);
          return <List.Item key={warning}>{t(`finding.quality.${known ?? "other"}`)}</List.Item>;
        })}
      </List>
    </Stack>
  );
}
