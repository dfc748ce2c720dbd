import { Badge, type MantineColor } from "@mantine/core";
import type { Icon as IconType } from "@tabler/icons-react";

/** A state in word, icon and colour: never by colour alone. */
export function StateBadge({
  icon: Icon,
  color,
  children,
}: {
  icon: IconType;
  color: MantineColor;
  children: string;
}) {
  return (
    <Badge
      variant="light"
      color={color}
      tt="none"
      miw="max-content"
      leftSection={<Icon size={14} aria-hidden />}
    >
      {children}
    </Badge>
  );
}
