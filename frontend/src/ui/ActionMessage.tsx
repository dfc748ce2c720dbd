import { Button, Group, Text } from "@mantine/core";

/** What has happened, with a button for what can be done about it. */
export function ActionMessage({
  message,
  action,
  onAction,
}: {
  message: string;
  action: string;
  onAction: () => void;
}) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">{message}</Text>
      <Button size="compact-sm" variant="default" onClick={onAction}>
        {action}
      </Button>
    </Group>
  );
}
