import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { day } from "@/i18n/moments";
import { useAuthorName } from "../useAuthorName";
import { useMergePatients, useMerges } from "./useMerges";

/** Whose records this patient's holds; each can be parted while nothing was added since. */
export function MergedRecords({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const { part } = useMergePatients();
  const merges = useMerges(patientId).data ?? [];
  return merges.map((merge) => (
    <Alert key={merge.id} color="gray" icon={<IconArrowMerge aria-hidden />}>
      <Group justify="space-between">
        <Stack gap={2}>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {t("patient.merge.holds", {
              name: merge.moved.full_name,
              number: merge.moved.record_number,
              author: nameOf(merge.author_id),
              day: day(merge.created_at),
            })}
          </Text>
          {merge.added.length > 0 && (
            <Text size="sm" c="dimmed">
              {t("patient.merge.added", {
                what: merge.added.map((what) => t(`patient.merge.what.${what}`)).join(", "),
              })}
            </Text>
          )}
        </Stack>
        {merge.added.length === 0 && (
          <Button
            size="compact-sm"
            variant="default"
            loading={part.isPending}
            onClick={() => part.mutate(merge)}
          >
            {t("patient.merge.part")}
          </Button>
        )}
      </Group>
    </Alert>
  ));
}
