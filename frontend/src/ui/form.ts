import i18next from "i18next";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { Problem } from "@/api/problem";
import { problemText, reasonText } from "./notices";

/**
 * Shows a refusal where it belongs: at the fields that the server names, or at the form's head
 * (`errors.root`).
 *
 * @param fields the form's own names for the body's fields, where they differ, and for the reasons
 *   that are about one field.
 */
export function showInForm<Values extends FieldValues>(
  error: Error,
  setError: UseFormSetError<Values>,
  fields: Record<string, Path<Values>> = {},
): void {
  const { reason, errors } = error instanceof Problem ? error : { reason: "", errors: [] };
  for (const { pointer, message } of errors) {
    const name = pointer.replace(/^\//, "");
    // What the gateway says of a field's form is English; other refusals have a text of their own.
    const text =
      reason === "INVALID_REQUEST" ? i18next.t("shell.fieldRefused") : reasonText(reason, message);
    setError(fields[name] ?? (name as Path<Values>), { message: text }, { shouldFocus: true });
  }
  if (errors.length > 0) return;
  const field = fields[reason];
  setError(field ?? "root", { message: problemText(error) }, { shouldFocus: field !== undefined });
}
