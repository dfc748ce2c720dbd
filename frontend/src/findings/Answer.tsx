import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { modelPercent } from "@/i18n/moments";
import { LabelBadge } from "./LabelBadge";

/** The model's answer in a line: the label and how probable malignant is, or why there is none. */
export function Answer({ detection }: { detection: Schemas["Detection"] }) {
  const { t } = useTranslation();
  const { status, label, assessable, probability_malignant: probability } = detection;
  if (status !== "complete" || assessable === false || !label) {
    return <Text size="sm">{t(`patient.answer.${status}`)}</Text>;
  }
  return (
    <>
      <LabelBadge label={label} />
      {typeof probability === "number" && <Text size="sm">{modelPercent(probability)}</Text>}
    </>
  );
}
