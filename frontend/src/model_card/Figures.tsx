import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { perHundred } from "./per_hundred";

/** What the answers of a version are worth, in one line; nothing where its card doesn't say. */
export function Figures({
  evaluation,
  size = "sm",
}: {
  evaluation: Schemas["Evaluation"] | null;
  size?: "xs" | "sm";
}) {
  const { t } = useTranslation();
  const { sensitivity, specificity } = evaluation?.metrics ?? {};
  if (!sensitivity || !specificity) return null;
  const [found, cleared] = [perHundred(sensitivity), perHundred(specificity)];
  return (
    <Text size={size}>
      {t("finding.figures.line", {
        found: found.value,
        foundLow: found.low,
        foundHigh: found.high,
        cleared: cleared.value,
        clearedLow: cleared.low,
        clearedHigh: cleared.high,
      })}
    </Text>
  );
}
