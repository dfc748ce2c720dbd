import i18next from "i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";
import type { Measures } from "./measures";

/** A figure as people write it, with as many decimals as a ruler on skin is worth. */
function figure(value: number, digits: number, least = digits): string {
  return new Intl.NumberFormat(currentLanguage(), {
    minimumFractionDigits: least,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A distance that somebody stated: with the decimals that it has. */
export const statedText = (millimetres: number) =>
  i18next.t("viewer.mark.mm", { value: figure(millimetres, 2, 0) });

/** @param unit millimetres that one pixel shows; 0: no scale, so it stays pixels. */
export function lengthText(pixels: number, unit: number): string {
  return unit > 0
    ? i18next.t("viewer.mark.mm", { value: figure(pixels * unit, 1) })
    : i18next.t("viewer.mark.px", { value: figure(pixels, 0) });
}

export function areaText(pixels: number, unit: number): string {
  return unit > 0
    ? i18next.t("viewer.mark.mm2", { value: figure(pixels * unit ** 2, 1) })
    : i18next.t("viewer.mark.px2", { value: figure(pixels, 0) });
}

/** What a marking says in figures; empty where it has none. */
export function measuresText(kind: string, measures: Measures, unit: number): string {
  switch (kind) {
    case "length":
      return lengthText(measures.length, unit);
    case "angle":
      return i18next.t("viewer.mark.degrees", { value: figure(measures.angle, 0) });
    case "outline":
      return i18next.t("viewer.mark.outlineText", {
        longest: unit > 0 ? figure(measures.longest * unit, 1) : figure(measures.longest, 0),
        across: lengthText(measures.across, unit),
        area: areaText(measures.area, unit),
      });
    default:
      return "";
  }
}

/** What stands beside a marking on the photo. */
export function labelText(marking: Schemas["Marking"], unit: number): string {
  if (marking.kind === "ruler") return statedText(marking.millimetres);
  return [marking.text, measuresText(marking.kind, marking.measures, unit)]
    .filter(Boolean)
    .join("\n");
}

/** How a photo's scale was found. */
export function scaleText({ kind, millimetres }: Schemas["Marking"]): string {
  const value = statedText(millimetres);
  return kind === "ruler"
    ? i18next.t("viewer.mark.scaleRuler", { value })
    : i18next.t("viewer.mark.scaleField", { value });
}

/** A marking in words. */
export function markingText(marking: Schemas["Marking"], unit: number): string {
  const { kind, text, measures } = marking;
  if (kind === "ruler" || kind === "field_of_view") return scaleText(marking);
  return [i18next.t(`viewer.mark.tool.${kind}`), text, measuresText(kind, measures, unit)]
    .filter(Boolean)
    .join(": ");
}
