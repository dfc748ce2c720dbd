import { Button, Kbd, Text } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Suggestion } from "./suggestions";
import classes from "./SortingPage.module.css";

/** Where the current photo probably belongs, and what speaks for it; a person says so. */
export function SuggestionCard({
  suggestion,
  place,
  onAccept,
}: {
  suggestion: Suggestion;
  place: string;
  onAccept: () => void;
}) {
  const { t } = useTranslation();
  const ground =
    suggestion.ground === "alike"
      ? t("sorting.alike", { count: suggestion.points })
      : t("sorting.taken", { name: suggestion.name });
  return (
    <div className={classes.suggestion}>
      <IconSparkles size={18} aria-hidden />
      <div className={classes.words}>
        <Text size="sm" fw={600}>
          {t("sorting.suggested", { place })}
        </Text>
        <Text size="xs">{ground}</Text>
      </div>
      <Button variant="default" mih={44} rightSection={<Kbd aria-hidden>S</Kbd>} onClick={onAccept}>
        {t("sorting.accept")}
      </Button>
    </div>
  );
}
