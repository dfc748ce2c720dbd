import { NativeSelect, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { BODY_SITES, siteAt, type BodyPosition, type BodySite } from "./body_sites";
import { useRefreshPatient } from "./queries";

type Lesion = Schemas["Lesion"];
type Profile = Schemas["LesionProfile"];

const STATUSES = ["observed", "excised", "closed"] as const;

interface Form {
  label: string;
  body_site: BodySite | "";
  first_noted: string;
  status: (typeof STATUSES)[number];
}

/** Adds a lesion, at the spot pressed on the body map if any, or edits one. */
export function LesionDialog({
  patientId,
  lesion,
  position,
  onClose,
  onSaved,
}: {
  patientId: string;
  lesion?: Lesion;
  position?: BodyPosition;
  onClose: () => void;
  onSaved: (lesion: Lesion) => void;
}) {
  const { t } = useTranslation();
  const refresh = useRefreshPatient(patientId);
  const { register, handleSubmit, setError, formState } = useForm<Form>({
    defaultValues: {
      label: lesion?.label ?? "",
      body_site: lesion?.body_site ?? (position ? siteAt(position) : ""),
      first_noted: lesion?.first_noted ?? "",
      status: lesion?.status ?? "observed",
    },
  });
  const save = useMutation({
    mutationFn: (body: Profile) =>
      lesion
        ? unwrap(
            api.PUT("/lesions/{lesion_id}", {
              params: {
                path: { lesion_id: lesion.id },
                header: { "if-match": `"${lesion.version}"` },
              },
              body,
            }),
          )
        : unwrap(
            api.POST("/patients/{patient_id}/lesions", {
              params: { path: { patient_id: patientId } },
              body,
            }),
          ),
    onSuccess: async (saved) => {
      await refresh();
      onSaved(saved);
    },
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  const submit = (form: Form) =>
    save.mutate({
      ...form,
      body_site: form.body_site || null,
      first_noted: form.first_noted || null,
      position: lesion?.position ?? position ?? null,
    });
  return (
    <FormDialog
      title={lesion ? t("patient.lesion.change") : t("patient.lesion.add")}
      error={formState.errors.root?.message}
      submit={t("shell.save")}
      isBusy={save.isPending}
      onSubmit={handleSubmit(submit)}
      onClose={onClose}
    >
      <TextInput
        label={t("patient.lesion.label")}
        description={t("patient.lesion.labelHelp")}
        data-autofocus
        error={formState.errors.label?.message}
        {...register("label")}
      />
      <NativeSelect
        label={t("patient.lesion.site")}
        error={formState.errors.body_site?.message}
        data={[
          { value: "", label: t("patient.lesion.siteUnknown") },
          ...BODY_SITES.map((site) => ({ value: site, label: t(`patient.sites.${site}`) })),
        ]}
        {...register("body_site")}
      />
      <TextInput
        type="date"
        label={t("patient.lesion.firstNoted")}
        error={formState.errors.first_noted?.message}
        {...register("first_noted")}
      />
      <NativeSelect
        label={t("patient.lesion.status")}
        data={STATUSES.map((status) => ({
          value: status,
          label: t(`patient.statuses.${status}`),
        }))}
        {...register("status")}
      />
    </FormDialog>
  );
}
