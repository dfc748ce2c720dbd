import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import type { ArchiveReason } from "@/i18n/refusals";
import { problemText } from "@/ui/notices";

/** Why the server refused: all reasons at once. */
export function Refusal({ title, error }: { title?: string; error: Error | null }) {
  const { t } = useTranslation();
  if (!error) return null;
  const { errors, requestId } = error instanceof Problem ? error : { errors: [], requestId: null };
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle aria-hidden />} title={title}>
      <Text size="sm">{problemText(error)}</Text>
      {errors.length > 0 && (
        <List size="sm" mt="xs">
          {errors.map(({ message, reason }) => (
            <List.Item key={message}>
              {reason ? <Defect reason={reason} exactly={message} /> : message}
            </List.Item>
          ))}
        </List>
      )}
      {requestId && (
        <Text size="xs" ff="monospace" mt="xs">
          {t("shell.requestId", { id: requestId })}
        </Text>
      )}
    </Alert>
  );
}

/** What is wrong with an archive: in the reader's language, and as the server says it exactly. */
function Defect({ reason, exactly }: { reason: string; exactly: string }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`archives.${reason as ArchiveReason}`, { defaultValue: "" })}
      <Text size="xs" ff="monospace">
        {exactly}
      </Text>
    </>
  );
}
