import { Loader, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { FormDialog } from "@/ui/FormDialog";
import { problemText } from "@/ui/notices";
import { FindPatient } from "../FindPatient";
import { MergeTable } from "./MergeTable";
import { useMergePatients, useMergePreview } from "./useMerges";

type Patient = Schemas["Patient"];

/** Finds who else the patient is, shows both records side by side, and merges them. */
export function MergePatientsDialog({
  patient,
  onClose,
}: {
  patient: Patient;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { merge } = useMergePatients();
  const [other, setOther] = useState<Patient | null>(null);
  const [isSwapped, setSwapped] = useState(false);
  const [preview, setPreview] = useState<Schemas["MergePreview"] | null>(null);
  const kept = isSwapped && other ? other : patient;
  const moved = isSwapped ? patient : other;
  const isShown = preview?.kept.patient.id === kept.id && preview.moved.patient.id === moved?.id;
  return (
    <FormDialog
      size="xl"
      title={t("patient.merge.title")}
      submit={t("patient.merge.action")}
      error={merge.error ? problemText(merge.error) : undefined}
      isBusy={merge.isPending}
      isDisabled={!isShown}
      onClose={onClose}
      onSubmit={() =>
        preview &&
        merge.mutate(
          { kept: preview.kept.patient, moved: preview.moved.patient },
          { onSuccess: onClose },
        )
      }
    >
      <Text size="sm">{t("patient.merge.text")}</Text>
      <FindPatient
        exceptId={patient.id}
        onChoose={(found) => {
          setOther(found);
          setSwapped(false);
        }}
      />
      {other && moved && (
        <>
          <Radio.Group
            label={t("patient.merge.stays")}
            value={kept.id}
            onChange={(id) => setSwapped(id === other.id)}
          >
            <Stack gap="xs" mt="xs">
              {[patient, other].map(({ id, full_name, record_number }) => (
                <Radio key={id} value={id} label={`${full_name} · ${record_number}`} />
              ))}
            </Stack>
          </Radio.Group>
          <Preview
            key={`${kept.id} ${moved.id}`}
            keptId={kept.id}
            movedId={moved.id}
            onShown={setPreview}
          />
        </>
      )}
    </FormDialog>
  );
}

function Preview({
  keptId,
  movedId,
  onShown,
}: {
  keptId: string;
  movedId: string;
  onShown: (preview: Schemas["MergePreview"]) => void;
}) {
  const { t } = useTranslation();
  const preview = useMergePreview(keptId, movedId);
  if (preview.error) {
    return (
      <Text role="alert" c="red">
        {problemText(preview.error)}
      </Text>
    );
  }
  if (!preview.data) return <Loader size="sm" aria-label={t("shell.loading")} />;
  return <MergeTable preview={preview.data} onShown={onShown} />;
}
