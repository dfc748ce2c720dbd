import { Alert, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Section } from "@/ui/Section";
import { CardFigures } from "./CardFigures";
import { ComparedFigures } from "./ComparedFigures";
import { Curves } from "./Curves";
import { Disagreements } from "./Disagreements";
import { OtherDifferences } from "./OtherDifferences";
import { TrainingDifferences } from "./TrainingDifferences";

/** How often both are right first: as measured here, then as the cards claim. The rest follows. */
export function Comparison({ found }: { found: Schemas["ModelComparison"] }) {
  const { t } = useTranslation();
  const { first, second, cases, without_answers: missing } = found;
  const names: [string, string] = [first.version, second.version];
  return (
    <>
      {!cases && (
        <Alert icon={<IconInfoCircle aria-hidden />} title={t("comparison.noAnswers")}>
          <Text size="sm">
            {missing.length > 0
              ? t("comparison.noAnswersOf", { versions: missing.join(", ") })
              : t("comparison.noShared")}
          </Text>
        </Alert>
      )}
      {cases && (
        <>
          <Section
            title={t("comparison.figures.title")}
            text={t("comparison.figures.text", {
              cases: cases.cases,
              malignant: cases.malignant,
            })}
          >
            <ComparedFigures figures={cases.figures} names={names} />
          </Section>
          <Section title={t("comparison.curves.title")}>
            <Curves curves={cases.curves} figures={cases.figures} />
          </Section>
          <Section title={t("comparison.cases.title")}>
            <Disagreements cases={cases} names={names} />
          </Section>
        </>
      )}
      <Section title={t("comparison.cards.title")} text={t("comparison.cards.text")}>
        <CardFigures found={found} names={names} />
      </Section>
      <Section title={t("comparison.training.title")} text={t("comparison.training.text")}>
        <TrainingDifferences found={found} names={names} />
      </Section>
      <Section title={t("comparison.cards.changes")}>
        <OtherDifferences found={found} names={names} />
      </Section>
    </>
  );
}
