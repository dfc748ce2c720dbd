import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { useServing } from "../releases/useServing";

/** In words, when a canary is withdrawn automatically; "" until it is known. */
export function useRule(): string {
  const { t } = useTranslation();
  const rule = useServing().data?.canary_rule;
  if (!rule) return "";
  const inWords = (value: number) =>
    new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 2 }).format(value);
  return t("candidate.canary.rule", {
    requests: rule.min_requests,
    points: inWords(rule.error_margin * 100),
    ratio: inWords(rule.latency_ratio),
  });
}
