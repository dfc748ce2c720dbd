import { Button, Group, List, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { modelPercent } from "@/i18n/moments";
import { SHOWN_AT_FIRST } from "./diagnoses";
import { DiagnosisName } from "./DiagnosisName";

type Entry = Schemas["DifferentialDiagnosis"];

// A bar's full length is the card's width, not its name's.
const FULL_WIDTH = { itemWrapper: { width: "100%" }, itemLabel: { width: "100%" } };

/** The model's most likely diagnoses; nothing for models that don't tell diagnoses apart. */
export function Differential({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation();
  const [all, { toggle }] = useDisclosure(false);
  if (entries.length === 0) return null;
  return (
    <Stack gap={4} component="section" aria-label={t("finding.differential.title")}>
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          {t("finding.differential.title")}
        </Text>
        {entries.length > SHOWN_AT_FIRST && (
          <Button size="compact-xs" variant="subtle" aria-expanded={all} onClick={toggle}>
            {all
              ? t("finding.differential.fewer")
              : t("finding.differential.all", { count: entries.length })}
          </Button>
        )}
      </Group>
      <List listStyleType="none" size="sm" spacing={6} styles={FULL_WIDTH}>
        {entries.slice(0, all ? undefined : SHOWN_AT_FIRST).map((entry) => (
          <List.Item key={entry.diagnosis}>
            <Diagnosis entry={entry} />
          </List.Item>
        ))}
      </List>
      <Text size="xs" c="dimmed">
        {t("finding.differential.explained")}
      </Text>
    </Stack>
  );
}

function Diagnosis({ entry: { diagnosis, probability } }: { entry: Entry }) {
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          <DiagnosisName diagnosis={diagnosis} />
        </Text>
        <Text size="sm">{modelPercent(probability)}</Text>
      </Group>
      <Progress value={probability * 100} size="xs" aria-hidden />
    </>
  );
}
