import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { PATIENTS } from "./usePatients";
import { ProfileFields } from "./ProfileFields";
import { emptyProfile, profileForm, profileOf } from "./profile_form";

/** Adds a patient and opens the record. Until then it keeps what was typed, even when closed. */
export function NewPatientDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(profileForm),
    defaultValues: emptyProfile,
  });
  const create = useMutation({
    mutationFn: (body: Schemas["PatientProfile"]) => unwrap(api.POST("/patients/", { body })),
    onSuccess: (patient) => {
      // Starts the lists over: refetching every page of a long one would take a while.
      void queryClient.resetQueries({ queryKey: PATIENTS });
      reset();
      onClose();
      void navigate(`/patient/${patient.id}`);
    },
    onError: (error) => showInForm(error, setError, { RECORD_NUMBER_TAKEN: "record_number" }),
    meta: { quiet: true },
  });
  return (
    <FormDialog
      opened={opened}
      keepMounted
      title={t("patients.add")}
      error={formState.errors.root?.message}
      submit={t("patients.create")}
      isBusy={create.isPending}
      onSubmit={handleSubmit((values) => create.mutate(profileOf(values)))}
      onClose={onClose}
    >
      <ProfileFields register={register} errors={formState.errors} />
    </FormDialog>
  );
}
