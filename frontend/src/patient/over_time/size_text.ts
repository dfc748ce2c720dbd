import i18next from "i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";

const STEPS = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** The upper end of a scale that begins at 0, millimetres. */
export function highestOf(values: readonly number[]): number {
  const most = Math.max(...values);
  return STEPS.find((step) => step >= most) ?? most;
}

/** "6.4 × 4.9 mm", or "6.4 mm" where only a length was measured. */
export function sizeText({ longest, across }: Schemas["Size"]): string {
  const figure = (value: number) =>
    new Intl.NumberFormat(currentLanguage(), {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }).format(value);
  return across > 0
    ? i18next.t("patient.course.twoDiameters", { longest: figure(longest), across: figure(across) })
    : i18next.t("viewer.mark.mm", { value: figure(longest) });
}
