import { Button, Group, Text } from "@mantine/core";

/** What was done, with a button that takes it back. */
export function UndoableMessage({
  message,
  action,
  onUndo,
}: {
  message: string;
  action: string;
  onUndo: () => void;
}) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">{message}</Text>
      <Button size="compact-sm" variant="default" onClick={onUndo}>
        {action}
      </Button>
    </Group>
  );
}
