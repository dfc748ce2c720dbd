import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { formOf, profileForm, profileOf, type ProfileForm } from "@/patients/profile_form";
import { ProfileFields } from "@/patients/ProfileFields";
import { PATIENTS } from "@/patients/usePatients";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { showDone } from "@/ui/notices";
import { useRefreshPatient } from "./queries";

type Patient = Schemas["Patient"];

/**
 * Changes a patient's profile.
 *
 * If somebody else has saved in the meantime, nothing is overwritten: the dialog shows what they
 * changed, and offers to overwrite it or to use theirs.
 */
export function EditPatientDialog({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = useRefreshPatient(patient.id);
  const [base, setBase] = useState(patient);
  const [theirs, setTheirs] = useState<Patient | null>(null);
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(profileForm),
    defaultValues: formOf(patient),
  });
  const path = { patient_id: patient.id };
  const save = useMutation({
    mutationFn: ({ form, over }: { form: ProfileForm; over: Patient }) =>
      unwrap(
        api.PUT("/patients/{patient_id}", {
          params: { path, header: { "if-match": `"${over.version}"` } },
          body: profileOf(form),
        }),
      ),
    onSuccess: async () => {
      showDone(t("shell.saved"));
      void queryClient.resetQueries({ queryKey: PATIENTS });
      await refresh();
      onClose();
    },
    onError: async (error) => {
      if (error instanceof Problem && error.status === 412) {
        setTheirs(await unwrap(api.GET("/patients/{patient_id}", { params: { path } })));
      } else {
        showInForm(error, setError);
      }
    },
    meta: { quiet: true },
  });
  return (
    <FormDialog
      title={t("patient.edit.title")}
      error={formState.errors.root?.message}
      submit={t("shell.save")}
      isBusy={save.isPending}
      isDisabled={theirs !== null}
      onSubmit={handleSubmit((form) => save.mutate({ form, over: base }))}
      onClose={onClose}
    >
      {theirs && (
        <Conflict
          before={base}
          theirs={theirs}
          onSaveMine={handleSubmit((form) => save.mutate({ form, over: theirs }))}
          onTakeTheirs={() => {
            reset(formOf(theirs));
            setBase(theirs);
            setTheirs(null);
          }}
        />
      )}
      <ProfileFields register={register} errors={formState.errors} />
    </FormDialog>
  );
}

function Conflict({
  before,
  theirs,
  onSaveMine,
  onTakeTheirs,
}: {
  before: Patient;
  theirs: Patient;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}) {
  const { t } = useTranslation();
  const [old, now] = [formOf(before), formOf(theirs)];
  const changed = (Object.keys(now) as (keyof ProfileForm)[]).filter(
    (field) => old[field] !== now[field],
  );
  return (
    <Alert color="yellow" role="alert" title={t("patient.edit.conflict")}>
      <Stack gap="xs">
        <List size="sm">
          {changed.map((field) => (
            <List.Item key={field}>
              <Text span size="sm" fw={500}>
                {t(`patient.fields.${field}`)}:
              </Text>{" "}
              {now[field] || t("patient.edit.empty")}
            </List.Item>
          ))}
        </List>
        <Group gap="xs">
          <Button size="xs" onClick={onSaveMine}>
            {t("patient.edit.saveMine")}
          </Button>
          <Button size="xs" variant="default" onClick={onTakeTheirs}>
            {t("patient.edit.takeTheirs")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
