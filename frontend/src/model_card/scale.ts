import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";

type Metric = Schemas["Metric"];

/** The scale's end: 1 for shares, or further out if a value lies beyond. */
export function scaleEnd(metrics: Metric[]): number {
  return Math.max(1, ...metrics.map(({ high }) => high));
}

/** A place on a scale of 0 to `end`, in percent of its width. */
export function place(value: number, end: number): number {
  return Math.min(100, Math.max(0, (value / end) * 100));
}

/** Three digits after the point: 0.946. */
export function figure(value: number): string {
  return new Intl.NumberFormat(currentLanguage(), {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
  }).format(value);
}

/** As `figure`, with its sign: +0.012. */
export function signedFigure(value: number): string {
  return new Intl.NumberFormat(currentLanguage(), {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
    signDisplay: "exceptZero",
  }).format(value);
}
