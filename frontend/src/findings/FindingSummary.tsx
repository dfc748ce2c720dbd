import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { thresholdTexts } from "./probability_text";
import { zoneOf } from "./zone";
import { ZoneBadge } from "./ZoneBadge";

/** The model's answer in a line: its zone with the probability, or why there is none. */
export function FindingSummary({
  detection,
  size = "md",
}: {
  detection: Schemas["Detection"];
  size?: "sm" | "md";
}) {
  const { t } = useTranslation();
  const { status, probability_malignant: probability, threshold } = detection;
  const zone = zoneOf(detection);
  if (!zone) return <Text size="sm">{t(`finding.summary.${status}`)}</Text>;
  return (
    <>
      <ZoneBadge zone={zone} size={size} />
      {typeof probability === "number" && typeof threshold === "number" && (
        <Text size={size === "sm" ? "xs" : "sm"}>
          {t("finding.summary.probability", thresholdTexts(probability, threshold))}
        </Text>
      )}
    </>
  );
}
