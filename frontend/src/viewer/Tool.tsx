import { ActionIcon, Tooltip } from "@mantine/core";
import type { Icon as IconType } from "@tabler/icons-react";
import type { ComponentProps } from "react";
import classes from "./Tool.module.css";

/** A button that lies on a photo, light on dark in both themes. */
export function Tool({
  label,
  hint,
  icon: Icon,
  onPress,
  isPressed,
  isExpanded,
  side = "top",
  ref,
  ...rest
}: {
  label: string;
  /** The key that does the same. */
  hint?: string;
  icon: IconType;
  onPress: () => void;
  /** For what is on or off. */
  isPressed?: boolean;
  /** For what opens something. */
  isExpanded?: boolean;
  /** On which of its sides its name is shown. */
  side?: "top" | "right";
} & ComponentProps<"button">) {
  return (
    <Tooltip
      label={hint ? `${label} (${hint})` : label}
      position={side}
      withinPortal={false}
      openDelay={400}
    >
      <ActionIcon
        {...rest}
        ref={ref}
        unstyled
        className={classes.tool}
        aria-label={label}
        aria-keyshortcuts={hint}
        aria-pressed={isPressed}
        aria-expanded={isExpanded}
        onClick={onPress}
      >
        <Icon size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
