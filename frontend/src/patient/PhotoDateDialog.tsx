import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { problemText } from "@/ui/notices";
import { FormDialog } from "@/ui/FormDialog";
import { usePhotoCorrections } from "./usePhotoCorrections";

/** Corrects when a photo was taken, in the time zone of this browser. */
export function PhotoDateDialog({
  image,
  onClose,
}: {
  image: Schemas["Image"];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { correct } = usePhotoCorrections();
  const [taken, setTaken] = useState(() => localTime(image.captured_at ?? image.created_at));
  return (
    <FormDialog
      title={t("patient.correct.date")}
      submit={t("patient.correct.dateAction")}
      error={correct.error ? problemText(correct.error) : undefined}
      isBusy={correct.isPending}
      isDisabled={Number.isNaN(Date.parse(taken))}
      onClose={onClose}
      onSubmit={() =>
        correct.mutate(
          { image, to: "", body: { captured_at: new Date(taken).toISOString() } },
          { onSuccess: onClose },
        )
      }
    >
      <TextInput
        type="datetime-local"
        data-autofocus
        label={t("patient.correct.dateLabel")}
        max={localTime(new Date().toISOString())}
        value={taken}
        onChange={(event) => setTaken(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** A moment as `datetime-local` takes it. */
function localTime(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
