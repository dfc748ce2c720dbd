import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { Problem } from "@/api/problem";
import { problemText } from "./notices";

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
  const named = error instanceof Problem ? error.errors : [];
  for (const { pointer, message } of named) {
    const name = pointer.replace(/^\//, "");
    setError(fields[name] ?? (name as Path<Values>), { message }, { shouldFocus: true });
  }
  if (named.length > 0) return;
  const field = error instanceof Problem ? fields[error.reason] : undefined;
  setError(field ?? "root", { message: problemText(error) }, { shouldFocus: field !== undefined });
}
