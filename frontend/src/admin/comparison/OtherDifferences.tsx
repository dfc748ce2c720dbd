import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CardChanges } from "./CardChanges";
import { isOfTraining } from "./training";

/** What two cards say differently, figures and training aside. */
export function OtherDifferences({
  found: { card_changes: changes },
  names,
}: {
  found: Schemas["ModelComparison"];
  names: [string, string];
}) {
  const { t } = useTranslation();
  const others = changes.filter(({ field }) => !isOfTraining(field));
  if (others.length === 0) return <Text size="sm">{t("comparison.cards.none")}</Text>;
  return <CardChanges label={t("comparison.cards.changes")} changes={others} names={names} />;
}
