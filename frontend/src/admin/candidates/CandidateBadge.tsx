import { Badge } from "@mantine/core";
import { IconEyeOff, IconFeather } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { percent as inPercent } from "@/i18n/moments";

/** That a version is a canary, for how many, or a shadow: in word, sign and colour. */
export function CandidateBadge({ kind, percent }: { kind: string; percent: number }) {
  const { t } = useTranslation();
  const isCanary = kind === "canary";
  const Sign = isCanary ? IconFeather : IconEyeOff;
  return (
    <Badge
      variant="light"
      tt="none"
      miw="max-content"
      color={isCanary ? "yellow" : "gray"}
      leftSection={<Sign size={14} aria-hidden />}
    >
      {isCanary
        ? t("candidate.badge.canary", { share: inPercent(percent / 100) })
        : t("candidate.badge.shadow")}
    </Badge>
  );
}
