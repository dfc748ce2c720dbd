import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { dayAndTime } from "@/i18n/moments";
import { dateUpload, holdUpload, releaseUpload, type Upload } from "./queue";

/** When a photo of the queue was taken, to be corrected as long as it waits. */
export function CaptureDate({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  if (upload.isHeld) return <DateForm upload={upload} />;
  const { id, name, capturedAt, state } = upload;
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="xs" c="dimmed">
        {capturedAt
          ? t("patient.photos.taken", { at: dayAndTime(capturedAt) })
          : t("patient.upload.noDate")}
      </Text>
      {state === "waiting" && (
        <ActionIcon
          size={44}
          my={-12}
          variant="subtle"
          aria-label={t("patient.upload.date", { name })}
          onClick={() => holdUpload(id)}
        >
          <IconPencil size={14} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}

function DateForm({ upload: { id, name, capturedAt } }: { upload: Upload }) {
  const { t } = useTranslation();
  const [value, setValue] = useState(capturedAt ? asLocal(new Date(capturedAt)) : "");
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    // An input of this type writes local time, which is how a date without a zone is read.
    void dateUpload(id, value ? new Date(value).toISOString() : null);
  };
  return (
    <form onSubmit={save}>
      <Group gap="xs" align="flex-end">
        <TextInput
          type="datetime-local"
          size="xs"
          label={t("patient.upload.dateLabel", { name })}
          description={t("patient.upload.dateHelp")}
          value={value}
          min="1990-01-01T00:00"
          max={asLocal(new Date())}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          {t("shell.save")}
        </Button>
        <Button size="xs" variant="default" onClick={() => releaseUpload(id)}>
          {t("shell.cancel")}
        </Button>
      </Group>
    </form>
  );
}

/** A moment as the input writes it: "2024-05-06T07:08" by the clock of this computer. */
function asLocal(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
