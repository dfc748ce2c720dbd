import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CardChanges } from "./CardChanges";
import { isOfTraining, recipeField } from "./training";

/** How two versions were trained differently: all that a platform knows of their runs. */
export function TrainingDifferences({
  found: { card_changes: changes },
  names,
}: {
  found: Schemas["ModelComparison"];
  names: [string, string];
}) {
  const { t } = useTranslation();
  const ofTraining = changes
    .filter(({ field }) => isOfTraining(field))
    .map((change) => ({ ...change, field: recipeField(change.field) }));
  if (ofTraining.length === 0) return <Text size="sm">{t("comparison.training.none")}</Text>;
  return <CardChanges label={t("comparison.training.title")} changes={ofTraining} names={names} />;
}
