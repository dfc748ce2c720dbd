import { ActionIcon, Group, Stack, Text, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { dayAndTime } from "@/i18n/moments";
import { markingText } from "./marking_text";
import {
  isScale,
  useMarkingChanges,
  useMarkings,
  type MarkedImage,
  type Marking,
} from "./useMarkings";

/** Every marking of a photo in words, with author and time; nothing where there is none. */
export function MarkingList({
  image,
  isReadOnly,
  nameOf,
}: {
  image: MarkedImage;
  isReadOnly: boolean;
  /** An author's name. */
  nameOf: (authorId: string) => string;
}) {
  const { t } = useTranslation();
  const title = useId();
  const { data } = useMarkings(image);
  const { withdraw } = useMarkingChanges(image);
  if (!data?.markings.length) return null;
  return (
    <Stack component="section" gap={6} aria-labelledby={title}>
      <Title order={3} size="sm" fw={500} id={title}>
        {t("viewer.mark.title")}
      </Title>
      {data.markings.map((marking) => (
        <Row
          key={marking.id}
          marking={marking}
          unit={data.millimetres_per_pixel}
          author={nameOf(marking.author_id)}
          isBusy={withdraw.isPending && withdraw.variables === marking.id}
          onRemove={isReadOnly ? undefined : () => withdraw.mutate(marking.id)}
        />
      ))}
      {!data.markings.some(isScale) && (
        <Text size="xs" c="dimmed">
          {t("viewer.mark.noScale")}
        </Text>
      )}
    </Stack>
  );
}

function Row({
  marking,
  unit,
  author,
  isBusy,
  onRemove,
}: {
  marking: Marking;
  unit: number;
  author: string;
  isBusy: boolean;
  onRemove?: () => void;
}) {
  const { t } = useTranslation();
  const what = markingText(marking, unit);
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <div>
        <Text size="sm">{what}</Text>
        <Text size="xs" c="dimmed">
          {t("viewer.mark.by", { name: author, at: dayAndTime(marking.created_at) })}
        </Text>
      </div>
      {onRemove && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("viewer.mark.remove", { what })}
          loading={isBusy}
          onClick={onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}
