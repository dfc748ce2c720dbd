import { NativeSelect, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import type { Spot } from "./body/BodyPart";
import { PLACES, placeFrom, placeName, placeOf, wordOf } from "./body/place_names";
import { REGIONS } from "./body/regions";
import { BODY_SITES, type BodySite } from "./body/sites";
import { middleOfPlace } from "./body/views";
import { useRefreshPatient } from "./queries";

type Lesion = Schemas["Lesion"];
type Profile = Schemas["LesionProfile"];

const STATUSES = ["observed", "excised", "closed"] as const;

interface Form {
  label: string;
  body_site: BodySite | "";
  /** A place as `wordOf` writes it. */
  region: string;
  first_noted: string;
  status: (typeof STATUSES)[number];
}

/** Adds a lesion, at the spot of the body map if any, or edits one. */
export function LesionDialog({
  patientId,
  lesion,
  spot,
  onClose,
  onSaved,
}: {
  patientId: string;
  lesion?: Lesion;
  spot?: Spot;
  onClose: () => void;
  onSaved: (lesion: Lesion) => void;
}) {
  const { t } = useTranslation();
  const refresh = useRefreshPatient(patientId);
  const stated = lesion?.region ? placeOf(lesion) : null;
  const place = lesion ? stated : (spot?.place ?? null);
  const { register, handleSubmit, setError, setValue, control, formState } = useForm<Form>({
    defaultValues: {
      label: lesion?.label ?? "",
      body_site: lesion?.body_site ?? (place ? REGIONS[place.region].site : ""),
      region: place ? wordOf(place) : "",
      first_noted: lesion?.first_noted ?? "",
      status: lesion?.status ?? "observed",
    },
  });
  const site = useWatch({ control, name: "body_site" });
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
  const submit = ({ region, ...form }: Form) => {
    const chosen = placeFrom(region);
    const isElsewhere = chosen !== null && region !== (place ? wordOf(place) : "");
    save.mutate({
      ...form,
      body_site: form.body_site || null,
      region: chosen?.region ?? null,
      side: chosen?.side ?? null,
      first_noted: form.first_noted || null,
      // The pin follows whoever says that the lesion is elsewhere.
      position:
        (isElsewhere && middleOfPlace(chosen)) || lesion?.position || spot?.position || null,
    });
  };
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
        {...register("body_site", { onChange: () => setValue("region", "") })}
      />
      <NativeSelect
        label={t("patient.lesion.region")}
        error={formState.errors.region?.message}
        disabled={!site}
        data={[
          { value: "", label: t("patient.lesion.siteUnknown") },
          ...PLACES.filter(({ region }) => REGIONS[region].site === site).map((one) => ({
            value: wordOf(one),
            label: placeName(t, one),
          })),
        ]}
        {...register("region")}
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
