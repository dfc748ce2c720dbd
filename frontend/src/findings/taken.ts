import i18next from "i18next";
import type { Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";

/**
 * When a photo was taken; where nobody knows, when it was added, and that this is what it is.
 *
 * @param write how a moment is written.
 */
export function takenText(
  { captured_at, created_at }: Pick<Schemas["Image"], "captured_at" | "created_at">,
  write = dayAndTime,
): string {
  return captured_at ? write(captured_at) : i18next.t("finding.added", { at: write(created_at) });
}
