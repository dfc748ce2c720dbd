import { Badge } from "@mantine/core";
import { IconRefresh, IconRefreshOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Says whether the page is following live events. */
export function LiveBadge({ isLive }: { isLive: boolean }) {
  const { t } = useTranslation();
  const Icon = isLive ? IconRefresh : IconRefreshOff;
  return (
    <Badge
      size="lg"
      tt="none"
      variant="default"
      role="status"
      leftSection={<Icon size={14} aria-hidden />}
    >
      {isLive ? t("admin.serving.live") : t("admin.serving.away")}
    </Badge>
  );
}
