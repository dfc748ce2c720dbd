import { IconEyeOff, IconFeather } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { percent as inPercent } from "@/i18n/moments";
import { StateBadge } from "@/ui/StateBadge";

/** That a version is a canary, for how many, or a shadow: in word, sign and colour. */
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
