import i18next from "i18next";
import { z } from "zod";
import type { Schemas } from "@/api/client";
import { today } from "@/i18n/calendar";
import { filled } from "@/ui/form_rules";

export const SEXES = ["female", "male", "other", "unknown"] as const;
export const FITZPATRICK_TYPES = ["1", "2", "3", "4", "5", "6"] as const;

/** A patient's profile as its form holds it; "" for what was left blank. */
export const profileForm = z.object({
  record_number: filled,
  full_name: filled,
  birth_date: z.string().refine((day) => day <= today(), {
    error: () => i18next.t("patients.birthDateInFuture"),
  }),
  sex: z.enum(["", ...SEXES]),
  fitzpatrick_type: z.enum(["", ...FITZPATRICK_TYPES]),
  contact: z.string(),
  risk_notes: z.string(),
});

export type ProfileForm = z.infer<typeof profileForm>;

export const emptyProfile: ProfileForm = {
  record_number: "",
  full_name: "",
  birth_date: "",
  sex: "",
  fitzpatrick_type: "",
  contact: "",
  risk_notes: "",
};

/** The API's value: null for what was left blank. */
export function profileOf(form: ProfileForm): Schemas["PatientProfile"] {
  return {
    ...form,
    birth_date: form.birth_date || null,
    sex: form.sex || null,
    fitzpatrick_type: form.fitzpatrick_type ? Number(form.fitzpatrick_type) : null,
  };
}

/** The form filled in from an existing profile. */
export function formOf(profile: Schemas["PatientProfile"]): ProfileForm {
  return {
    record_number: profile.record_number,
    full_name: profile.full_name,
    birth_date: profile.birth_date ?? "",
    sex: profile.sex ?? "",
    fitzpatrick_type: (profile.fitzpatrick_type?.toString() ??
      "") as ProfileForm["fitzpatrick_type"],
    contact: profile.contact,
    risk_notes: profile.risk_notes,
  };
}
