import type { TFunction } from "i18next";
import type { Schemas } from "@/api/client";

export type Diagnosis = Schemas["Diagnosis"];

/** A diagnosis as people write it: its name, free text, and the codes in brackets. */
export function diagnosisText({ code, text, icd_o, icd_11 }: Diagnosis, t: TFunction): string {
  const name = code ? t(`patient.diagnoses.${code as "nevus"}`, { defaultValue: code }) : "";
  const codes = [icd_11 && `ICD-11 ${icd_11}`, icd_o && `ICD-O ${icd_o}`].filter(Boolean);
  return [[name, text].filter(Boolean).join(", "), codes.length > 0 && `(${codes.join(", ")})`]
    .filter(Boolean)
    .join(" ");
}
