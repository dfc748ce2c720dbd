import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { modelPercent } from "@/i18n/moments";
import { LabelBadge } from "./LabelBadge";

/** The model's answer in a line: the label with its probability, or why there is none. */
export function FindingSummary({
  detection,
  size = "md",
}: {
  detection: Schemas["Detection"];
  size?: "sm" | "md";
}) {
  const { t } = useTranslation();
  const { status, label, assessable, probability_malignant: probability } = detection;
  if (status !== "complete" || assessable === false || !label) {
    return <Text size="sm">{t(`finding.summary.${status}`)}</Text>;
  }
  return (
    <>
      <LabelBadge label={label} size={size} />
      {typeof probability === "number" && (
        <Text size={size === "sm" ? "xs" : "sm"}>
          {t("finding.summary.probability", { share: modelPercent(probability) })}
        </Text>
      )}
    </>
  );
}
