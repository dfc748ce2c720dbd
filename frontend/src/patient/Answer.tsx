import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Cautions } from "@/findings/Cautions";
import { Differential } from "@/findings/Differential";
import { thresholdTexts } from "@/findings/probability_text";
import { ProbabilityScale } from "@/findings/ProbabilityScale";
import { zoneOf } from "@/findings/zone";
import { ZoneBadge } from "@/findings/ZoneBadge";
import { ClinicalCard } from "@/model_card/ClinicalCard";
import { Figures } from "@/model_card/Figures";
import { useClinicalCard } from "@/model_card/useClinicalCard";

/** About as high as what a card says of its figures, so that nothing jumps when it comes. */
const GROUNDS_PX = 108;

/** What the model says of a photo that it can assess, and what that rests on. */
export function Answer({
  detection,
  hasHead = true,
}: {
  detection: Schemas["ReviewedDetection"];
  /** False where zone and probability stand elsewhere already. */
  hasHead?: boolean;
}) {
  const { t } = useTranslation();
  const { probability_malignant: probability, threshold } = detection;
  const { data: card, isLoading } = useClinicalCard(detection.model?.version, threshold ?? null);
  const zone = zoneOf(detection);
  if (!zone || typeof probability !== "number" || typeof threshold !== "number") return null;
  const { value } = thresholdTexts(probability, threshold);
  return (
    <>
      {hasHead && (
        <Group justify="space-between" gap="xs">
          <ZoneBadge zone={zone} size="lg" />
          <Text fw={600}>{t("patient.result.malignant", { value })}</Text>
        </Group>
      )}
      <Stack gap={4}>
        <ProbabilityScale
          probability={probability}
          threshold={threshold}
          zones={detection.zone ? (card?.zones ?? null) : null}
        />
        {zone === "borderline" && <Text size="sm">{t("finding.borderlineMeans")}</Text>}
      </Stack>
      {isLoading && <Skeleton h={GROUNDS_PX} />}
      {card && <Grounds card={card} />}
      <Cautions cautions={detection.cautions} />
      <Differential entries={detection.differential} />
    </>
  );
}

/** What the version's answers are worth, and the way to its card. */
function Grounds({ card }: { card: Schemas["ClinicalCard"] }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <Stack gap={4} align="flex-start">
      <Figures evaluation={card.figures} />
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconInfoCircle size={16} aria-hidden />}
        onClick={open}
      >
        {t("finding.figures.more")}
      </Button>
      {isOpen && <ClinicalCard card={card} onClose={close} />}
    </Stack>
  );
}
