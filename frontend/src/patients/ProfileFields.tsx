import { NativeSelect, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import type { FieldErrors, UseFormRegister } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { today } from "@/i18n/calendar";
import { FITZPATRICK_TYPES, SEXES, type ProfileForm } from "./profile_form";

/** Everything known about a patient apart from photos. */
export function ProfileFields({
  register,
  errors,
}: {
  register: UseFormRegister<ProfileForm>;
  errors: FieldErrors<ProfileForm>;
}) {
  const { t } = useTranslation();
  const open = { value: "", label: t("patients.fields.unknown") };
  return (
    <>
      <TextInput
        label={t("patients.fields.fullName")}
        required
        autoComplete="off"
        data-autofocus
        error={errors.full_name?.message}
        {...register("full_name")}
      />
      <TextInput
        label={t("patients.fields.recordNumber")}
        description={t("patients.fields.recordNumberHelp")}
        required
        autoComplete="off"
        error={errors.record_number?.message}
        {...register("record_number")}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          type="date"
          label={t("patients.fields.birthDate")}
          max={today()}
          error={errors.birth_date?.message}
          {...register("birth_date")}
        />
        <NativeSelect
          label={t("patients.fields.sex")}
          error={errors.sex?.message}
          data={[open, ...SEXES.map((sex) => ({ value: sex, label: t(`patients.sex.${sex}`) }))]}
          {...register("sex")}
        />
      </SimpleGrid>
      <NativeSelect
        label={t("patients.fields.fitzpatrick")}
        error={errors.fitzpatrick_type?.message}
        data={[
          open,
          ...FITZPATRICK_TYPES.map((type) => ({
            value: type,
            label: t(`patients.fitzpatrick.type${type}`),
          })),
        ]}
        {...register("fitzpatrick_type")}
      />
      <TextInput
        label={t("patients.fields.contact")}
        autoComplete="off"
        error={errors.contact?.message}
        {...register("contact")}
      />
      <Textarea
        label={t("patients.fields.riskNotes")}
        description={t("patients.fields.riskNotesHelp")}
        autosize
        minRows={2}
        maxRows={8}
        error={errors.risk_notes?.message}
        {...register("risk_notes")}
      />
    </>
  );
}
