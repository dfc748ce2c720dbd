import { IconEyeOff, IconFeather } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { percent as inPercent } from "@/i18n/moments";
import { StateBadge } from "@/ui/StateBadge";

/** Marks a version as a canary, with its share, or as a shadow: in word, icon and colour. */
export function CandidateBadge({ kind, percent }: { kind: string; percent: number }) {
  const { t } = useTranslation();
  const isCanary = kind === "canary";
  return (
    <StateBadge icon={isCanary ? IconFeather : IconEyeOff} color={isCanary ? "yellow" : "gray"}>
      {isCanary
        ? t("candidate.badge.canary", { share: inPercent(percent / 100) })
        : t("candidate.badge.shadow")}
    </StateBadge>
  );
}
