import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { Lookalikes } from "./Lookalikes";
import { PATIENTS } from "./usePatients";
import { ProfileFields } from "./ProfileFields";
import { emptyProfile, profileForm, profileOf, type ProfileForm } from "./profile_form";

/** Adds a patient and opens the record. Until then it keeps what was typed, even when closed. */
export function NewPatientDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(profileForm),
    defaultValues: emptyProfile,
  });
  // Who was found for what was typed; as soon as that changes, it is asked anew.
  const [asked, setAsked] = useState("");
  const lookalikes = useMutation({
    mutationFn: ({ record_number, full_name, birth_date }: Schemas["PatientProfile"]) =>
      unwrap(api.POST("/patients/lookalikes", { body: { record_number, full_name, birth_date } })),
    meta: { quiet: true },
  });
  const create = useMutation({
    mutationFn: (body: Schemas["PatientProfile"]) => unwrap(api.POST("/patients/", { body })),
    onSuccess: (patient) => {
      lookalikes.reset();
      // Starts the lists over: refetching every page of a long one would take a while.
      void queryClient.resetQueries({ queryKey: PATIENTS });
      reset();
      onClose();
      void navigate(`/patient/${patient.id}`);
    },
    onError: (error) => showInForm(error, setError, { RECORD_NUMBER_TAKEN: "record_number" }),
    meta: { quiet: true },
  });
  const found = lookalikes.data?.items ?? [];
  const submit = async (values: ProfileForm) => {
    const body = profileOf(values);
    const person = JSON.stringify([body.record_number, body.full_name, body.birth_date]);
    if (person !== asked) {
      setAsked(person);
      // A hint that can't be had keeps nobody from working.
      const some = await lookalikes.mutateAsync(body).catch(() => null);
      if (some && some.items.length > 0) return;
    }
    create.mutate(body);
  };
  return (
    <FormDialog
      opened={opened}
      keepMounted
      title={t("patients.add")}
      error={formState.errors.root?.message}
      submit={found.length > 0 ? t("patients.lookalikes.create") : t("patients.create")}
      isBusy={create.isPending || lookalikes.isPending}
      onSubmit={handleSubmit(submit)}
      onClose={onClose}
    >
      <ProfileFields register={register} errors={formState.errors} />
      <Lookalikes found={found} />
    </FormDialog>
  );
}
