import { Badge, type MantineSize } from "@mantine/core";
import { IconAlertTriangle, IconArrowBarToDown, IconSquareRotated } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Zone } from "./zone";
import classes from "./ZoneBadge.module.css";

const ICONS = {
  below: IconArrowBarToDown,
  borderline: IconSquareRotated,
  above: IconAlertTriangle,
};

/** Where the probability lies, in word, shape and colour: never by colour alone. */
export function ZoneBadge({ zone, size = "md" }: { zone: Zone; size?: MantineSize }) {
  const { t } = useTranslation();
  const Icon = ICONS[zone];
  return (
    <Badge
      size={size}
      tt="none"
      className={classes.badge}
      data-zone={zone}
      leftSection={<Icon size={14} aria-hidden />}
    >
      {t(`finding.zone.${zone}`)}
    </Badge>
  );
}
