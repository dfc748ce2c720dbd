import { Drawer, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { day, percent } from "@/i18n/moments";
import { Figures } from "./Figures";
import { HitsTable } from "./HitsTable";
import { Part, Sentences } from "./Part";
import { ShownFor } from "./ShownFor";
import { Stress } from "./Stress";

type Card = Schemas["ClinicalCard"];

const hasHits = ({ metrics }: Schemas["Evaluation"]) =>
  "sensitivity" in metrics || "specificity" in metrics;

/** A version's card in clinicians' words: how often it is right and for whom come first. */
export function ClinicalCard({ card, onClose }: { card: Card; onClose: () => void }) {
  const { t } = useTranslation();
  const { evaluations, subgroups } = card;
  const stress = evaluations.filter((evaluation) => !hasHits(evaluation));
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t("card.title", { name: card.name, version: card.version })}
      closeButtonProps={{ "aria-label": t("shell.close") }}
    >
      <Stack gap="lg">
        <Text size="sm" lang="en">
          {card.intended_use}
        </Text>
        <Part title={t("card.hits")}>
          <Figures evaluation={card.figures} />
          <Text size="xs" c="dimmed">
            {t("card.intervals")}
          </Text>
          <HitsTable title={t("card.hits")} evaluations={evaluations.filter(hasHits)} />
        </Part>
        <Part title={t("card.threshold")}>
          <Threshold card={card} />
        </Part>
        <Part title={t("card.shownFor")}>
          <ShownFor shown={card.shown_for} />
        </Part>
        <Part title={t("card.limits")}>
          <Sentences texts={card.limits} />
        </Part>
        {subgroups.some(hasHits) && (
          <Part title={t("card.groups")}>
            <HitsTable title={t("card.groups")} evaluations={subgroups.filter(hasHits)} />
          </Part>
        )}
        <Part title={t("card.data")}>
          <Sentences texts={card.data} />
          <Text size="xs" c="dimmed">
            {t("card.trainedOn", { day: day(card.trained_on) })}
          </Text>
        </Part>
        {stress.length > 0 && <Stress evaluations={stress} />}
      </Stack>
    </Drawer>
  );
}

function Threshold({ card: { threshold, zones } }: { card: Card }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm">{t("card.thresholdText", { limit: percent(threshold, 1) })}</Text>
      {zones && (
        <Text size="sm">
          {t("card.zonesText", {
            from: percent(zones.lower, 1),
            to: percent(zones.upper, 1),
            most: Math.round(zones.sensitivity_at_lower * 100),
            fewer: Math.round(zones.sensitivity_at_upper * 100),
          })}
        </Text>
      )}
    </>
  );
}
