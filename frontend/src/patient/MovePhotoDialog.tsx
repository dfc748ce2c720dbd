import { NativeSelect, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { FormDialog } from "@/ui/FormDialog";
import { problemText } from "@/ui/notices";
import { FindPatient } from "./FindPatient";
import { useLesions, usePatient } from "./queries";
import { usePhotoCorrections } from "./usePhotoCorrections";

/** Moves a photo to another lesion of this patient, or to another patient. */
export function MovePhotoDialog({
  image,
  lesions,
  onClose,
}: {
  image: Schemas["Image"];
  lesions: Schemas["Lesion"][];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { correct } = usePhotoCorrections();
  const own = usePatient(image.patient_id).data;
  const [other, setOther] = useState<Schemas["Patient"] | null>(null);
  const [lesionId, setLesionId] = useState(image.lesion_id ?? "");
  const theirs = useLesions(other?.id ?? image.patient_id).data;
  const shown = other ? (theirs ?? []) : lesions;
  const whom = other ?? own;
  const isSame = !other && lesionId === (image.lesion_id ?? "");
  const lesion = shown.find(({ id }) => id === lesionId);
  const to = [
    other?.full_name,
    !image.overview &&
      (lesion ? lesion.label || t("patient.lesion.unnamed") : t("patient.photos.unsorted")),
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <FormDialog
      title={t("patient.correct.move")}
      submit={t("patient.correct.moveAction")}
      error={correct.error ? problemText(correct.error) : undefined}
      isBusy={correct.isPending}
      isDisabled={isSame}
      onClose={onClose}
      onSubmit={() =>
        correct.mutate(
          {
            image,
            to,
            body: { ...(other && { patient_id: other.id }), lesion_id: lesionId || null },
          },
          { onSuccess: onClose },
        )
      }
    >
      <Text size="sm">{t(image.overview ? "overviews.moveText" : "patient.correct.moveText")}</Text>
      <Text size="sm" fw={500}>
        {t("patient.correct.toPatient")}: {whom?.full_name} · {whom?.record_number}
      </Text>
      <FindPatient
        exceptId={image.patient_id}
        onChoose={(patient) => {
          setOther(patient);
          setLesionId("");
        }}
      />
      {!image.overview && (
        <NativeSelect
          label={t("patient.correct.toLesion")}
          value={lesionId}
          onChange={(event) => setLesionId(event.currentTarget.value)}
          data={[
            { value: "", label: t("patient.photos.unsorted") },
            ...shown.map(({ id, label }, index) => ({
              value: id,
              label: `${index + 1} ${label || t("patient.lesion.unnamed")}`,
            })),
          ]}
        />
      )}
    </FormDialog>
  );
}
