import { Badge, Group, Stack, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { day, dayAndTime, modelPercent } from "@/i18n/moments";
import { diagnosisText } from "./verdict_words";
import { useAuthorName } from "./useAuthorName";

type Review = Schemas["Review"];

/** Which of a photo's verdicts stands: the newest that nobody has taken back. */
export function standingOf(reviews: readonly Review[]): Review | undefined {
  return [...reviews]
    .sort((one, other) => (one.created_at < other.created_at ? 1 : -1))
    .find(({ replaced_by, verdict }) => !replaced_by && verdict !== "withdrawn");
}

/** Verdicts with what they say, whose they are, and the answer each was given on. */
export function VerdictList({ reviews }: { reviews: readonly Review[] }) {
  const { t } = useTranslation();
  const kinds = new Map(reviews.map(({ id, verdict }) => [id, verdict]));
  return reviews.map((review) => (
    <Stack key={review.id} gap={2}>
      <Group gap="xs">
        <Text size="sm" fw={500} td={review.replaced_by ? "line-through" : undefined}>
          {t(`patient.verdicts.${review.verdict}`)}
        </Text>
        {review.replaced_by && (
          <Badge size="sm" variant="default">
            {kinds.get(review.replaced_by) === "withdrawn"
              ? t("patient.review.wasWithdrawn")
              : t("patient.review.wasCorrected")}
          </Badge>
        )}
      </Group>
      <VerdictContent review={review} />
    </Stack>
  ));
}

/** What a verdict says beside itself, and where it comes from. */
export function VerdictContent({ review }: { review: Review }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  return (
    <>
      {linesOf(review, t).map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
      {review.note && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {review.note}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {nameOf(review.author_id)} · {dayAndTime(review.created_at)}
        {givenOn(review, t)}
      </Text>
    </>
  );
}

function linesOf(review: Review, t: TFunction): string[] {
  const { diagnosis, checklist, management, histology } = review;
  return [
    diagnosis && diagnosisText(diagnosis, t),
    checklist &&
      t("patient.review.score", {
        checklist: t(`patient.checklist.${checklist.kind}`),
        score: checklist.score,
      }),
    management === "monitor" && review.monitor_until
      ? t("patient.review.monitoredUntil", { day: day(review.monitor_until) })
      : management && t(`patient.management.${management}`),
    histology &&
      [
        t("patient.review.histology") + ":",
        histology.diagnosis && diagnosisText(histology.diagnosis, t),
        histology.reported_on && day(histology.reported_on),
        histology.source,
      ]
        .filter(Boolean)
        .join(" "),
  ].filter((line): line is string => !!line);
}

function givenOn({ given_on }: Review, t: TFunction): string {
  if (!given_on?.model_version) return "";
  const { model_name: name, model_version: version, probability_malignant: share } = given_on;
  const value =
    given_on.assessable && typeof share === "number"
      ? modelPercent(share)
      : t("finding.summary.complete");
  return ` · ${t("patient.review.givenOn", { name, version, value })}`;
}
