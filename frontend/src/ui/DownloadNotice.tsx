import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Received } from "@/api/download";
import { currentLanguage } from "@/i18n";

const MEGABYTE = 1_000_000;

/** How far a download is, with a button that stops it. */
export function DownloadNotice({
  received: { bytes, expected },
  onStop,
}: {
  received: Received;
  onStop: () => void;
}) {
  const { t } = useTranslation();
  // What is expected is an estimate: all that came is never more than all.
  const of = expected && Math.max(expected, bytes);
  return (
    <Stack gap="xs">
      {of && <Progress value={(100 * bytes) / of} aria-label={t("shell.saving.title")} />}
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {of
            ? t("shell.saving.of", { received: megabytes(bytes), expected: megabytes(of) })
            : megabytes(bytes)}
        </Text>
        <Button size="compact-sm" variant="default" onClick={onStop}>
          {t("shell.saving.stop")}
        </Button>
      </Group>
    </Stack>
  );
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toLocaleString(currentLanguage(), {
    style: "unit",
    unit: "megabyte",
    maximumFractionDigits: 1,
  });
}
