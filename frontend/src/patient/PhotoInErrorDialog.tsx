import { Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { FormDialog } from "@/ui/FormDialog";
import { problemText } from "@/ui/notices";
import { usePhotoCorrections } from "./usePhotoCorrections";

/** Marks a photo as entered in error, and asks why. */
export function PhotoInErrorDialog({
  image,
  onClose,
}: {
  image: Schemas["Image"];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { markInError } = usePhotoCorrections();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("patient.correct.void")}
      submit={t("patient.correct.voidAction")}
      error={markInError.error ? problemText(markInError.error) : undefined}
      isBusy={markInError.isPending}
      isDisabled={!reason.trim()}
      onClose={onClose}
      onSubmit={() => markInError.mutate({ image, reason }, { onSuccess: onClose })}
    >
      <Text size="sm">{t("patient.correct.voidText")}</Text>
      <Textarea
        data-autofocus
        required
        label={t("patient.correct.voidReason")}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
