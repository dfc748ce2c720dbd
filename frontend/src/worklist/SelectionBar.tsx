import { Button, Group, Kbd, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What can be done with several photos at once. */
export function SelectionBar({
  count,
  canAgree,
  onAgree,
  onAssign,
  onClear,
}: {
  count: number;
  /** Every one of them has a finding to agree with. */
  canAgree: boolean;
  onAgree: () => void;
  onAssign: () => void;
  onClear: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap={6} component="section" aria-label={t("worklist.selection")}>
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {t("worklist.selected", { count })}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={onClear} aria-keyshortcuts="Escape">
          {t("worklist.clear")}
        </Button>
      </Group>
      <Button
        variant="default"
        justify="flex-start"
        leftSection={<Kbd aria-hidden>1</Kbd>}
        aria-keyshortcuts="1"
        disabled={!canAgree}
        onClick={onAgree}
      >
        {t("worklist.agreeAll")}
      </Button>
      <Button
        variant="default"
        justify="flex-start"
        leftSection={<Kbd aria-hidden>A</Kbd>}
        aria-keyshortcuts="a"
        onClick={onAssign}
      >
        {t("worklist.assignAll")}
      </Button>
      <Text size="xs" c="dimmed">
        {t(canAgree ? "worklist.agreeHelp" : "worklist.cannotAgree")}
      </Text>
    </Stack>
  );
}
