import { Alert, Button, Center, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconStethoscope } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { problemText } from "./notices";
import classes from "./States.module.css";

/** Placeholders for a list that is loading. */
export function LoadingRows({ rows = 4, height = 44 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("shell.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}

/** Refusals that the same request would meet again. */
const FINAL = [400, 403, 404, 409, 422];

/** A failure with a way to retry, and the request's id for whoever is asked for help. */
export function ErrorState({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const requestId = error instanceof Problem ? error.requestId : null;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("shell.failed")}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problemText(error)}</Text>
        {requestId && (
          <Text size="xs" ff="monospace">
            {t("shell.requestId", { id: requestId })}
          </Text>
        )}
        {onRetry && !(error instanceof Problem && FINAL.includes(error.status)) && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("shell.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Says that nothing is here yet, and what to do about it. */
export function EmptyState({
  title,
  text,
  action,
}: {
  title: string;
  text?: string;
  action?: ReactNode;
}) {
  return (
    <Center p="xl">
      <Stack gap="xs" align="center" ta="center" maw={420}>
        <Title order={3} size="h4">
          {title}
        </Title>
        {text && <Text c="dimmed">{text}</Text>}
        {action}
      </Stack>
    </Center>
  );
}

/** Shown wherever a result is shown. */
export function IntendedUse() {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" role="note">
      <IconStethoscope size={18} aria-hidden className={classes.sign} />
      <Text size="sm">
        <strong>{t("shell.notADiagnosis")}.</strong> {t("shell.intendedUse")}
      </Text>
    </Group>
  );
}
