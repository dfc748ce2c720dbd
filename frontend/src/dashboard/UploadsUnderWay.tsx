import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { percent } from "@/i18n/moments";
import { Section } from "@/ui/Section";
import type { Upload } from "@/uploads/queue";
import { useUploads } from "@/uploads/useUploads";

/** Photos that this browser has yet to upload; nothing if there are none. */
export function UploadsUnderWay() {
  const { t } = useTranslation();
  const uploads = useUploads().filter(({ state }) => state !== "done");
  if (uploads.length === 0) return null;
  return (
    <Section title={t("dashboard.uploads.title")} text={t("dashboard.uploads.text")}>
      <Stack component="ul" gap="xs" m={0} p={0}>
        {uploads.map((upload) => (
          <Group key={upload.id} component="li" justify="space-between">
            <Anchor component={Link} to={placeOf(upload)} size="sm">
              {upload.name}
            </Anchor>
            <Text size="sm" c="dimmed">
              <State upload={upload} />
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

/** Where something can be done about it. */
function placeOf({ patientId, lesionId, isSorting }: Upload) {
  return `/patient/${patientId}?${isSorting ? "sort" : `lesion=${lesionId ?? "unsorted"}`}`;
}

function State({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  if (upload.state === "refused") return t("dashboard.uploads.refused");
  if (upload.isSorting) return t("dashboard.uploads.sorting");
  if (upload.copy) return t("dashboard.uploads.known");
  if (upload.state === "waiting") return t("dashboard.uploads.waiting");
  return t("dashboard.uploads.sending", { share: percent(upload.progress) });
}
