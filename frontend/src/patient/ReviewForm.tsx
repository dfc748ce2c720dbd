import { Button, Card, Group, Radio, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { showDone } from "@/ui/notices";
import { useRefreshPatient } from "./queries";
import { useAuthorName } from "./useAuthorName";

type Verdict = Schemas["ReviewDraft"]["verdict"];

const VERDICTS: readonly Verdict[] = [
  "agrees",
  "benign",
  "malignant",
  "biopsy_benign",
  "biopsy_malignant",
];

/** Where the model can't assess a photo, there is nothing to agree with. */
const isOpen = (verdict: Verdict, { assessable }: Schemas["Detection"]) =>
  verdict !== "agrees" || assessable !== false;

/** The clinician's own verdict, and earlier ones; a later one replaces none. */
export function ReviewForm({ detection }: { detection: Schemas["ReviewedDetection"] }) {
  const { t } = useTranslation();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [note, setNote] = useState("");
  const refresh = useRefreshPatient(detection.patient_id);
  const review = useMutation({
    mutationFn: (body: Schemas["ReviewDraft"]) =>
      unwrap(
        api.POST("/detections/{detection_id}/reviews", {
          params: { path: { detection_id: detection.id } },
          body,
        }),
      ),
    onSuccess: async () => {
      setVerdict(null);
      setNote("");
      showDone(t("patient.review.saved"));
      await refresh();
    },
  });
  return (
    <Card withBorder component="section" aria-label={t("patient.review.title")}>
      <Stack gap="sm">
        <Title order={3} size="h5">
          {t("patient.review.title")}
        </Title>
        <Reviews reviews={detection.reviews} />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (verdict) review.mutate({ verdict, note });
          }}
        >
          <Stack gap="sm">
            <Radio.Group
              label={t("patient.review.question")}
              value={verdict ?? ""}
              onChange={(value) => setVerdict(value as Verdict)}
            >
              <Stack gap={6} mt={4}>
                {VERDICTS.filter((value) => isOpen(value, detection)).map((value) => (
                  <Radio key={value} value={value} label={t(`patient.verdicts.${value}`)} />
                ))}
              </Stack>
            </Radio.Group>
            <Textarea
              label={t("patient.review.note")}
              description={t("shell.optional")}
              autosize
              minRows={2}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit" disabled={!verdict} loading={review.isPending}>
                {t("patient.review.submit")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Card>
  );
}

function Reviews({ reviews }: { reviews: Schemas["Review"][] }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  return reviews.map((review) => (
    <div key={review.id}>
      <Text size="sm" fw={500}>
        {t(`patient.verdicts.${review.verdict}`)}
      </Text>
      {review.note && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {review.note}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {nameOf(review.author_id)} · {dayAndTime(review.created_at)}
      </Text>
    </div>
  ));
}
