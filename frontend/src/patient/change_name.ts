import i18next from "i18next";
import type { Schemas } from "@/api/client";

type Change = Schemas["Change"];

/** A change's name in the reader's language; its own name if there is no translation. */
export function changeName({ action, lesion_id }: Change): string {
  const whose = lesion_id ? "lesion" : "patient";
  return i18next.t(`patient.timeline.changes.${whose}.${action as "updated"}`, {
    defaultValue: action,
  });
}

/** The names of the changed fields. */
export function fieldNames({ fields }: Change): string {
  return fields
    .map((field) => i18next.t(`patient.fields.${field as "contact"}`, { defaultValue: field }))
    .join(", ");
}
