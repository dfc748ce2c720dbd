import { currentLanguage } from ".";

/** A day as people write it: 14 Mar 2026. */
export function day(moment: string): string {
  return new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "medium" }).format(
    new Date(moment),
  );
}

/** A day and the time, in the browser's zone. */
export function dayAndTime(moment: string): string {
  return new Intl.DateTimeFormat(currentLanguage(), {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(moment));
}

/** The time of a day, in the browser's zone: 14:05. */
export function timeOfDay(moment: string): string {
  return new Intl.DateTimeFormat(currentLanguage(), { timeStyle: "short" }).format(
    new Date(moment),
  );
}

/** Whole days between two moments, whichever comes first. */
export function daysBetween(one: string, other: string): number {
  return Math.round(Math.abs(Date.parse(one) - Date.parse(other)) / 86_400_000);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 4.35],
  ["month", 12],
  ["year", Infinity],
];

/** How long ago: "3 days ago". */
export function ago(moment: string, now = Date.now()): string {
  let amount = (Date.parse(moment) - now) / 1000;
  for (const [unit, inNext] of STEPS) {
    if (Math.abs(amount) < inNext) {
      return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "auto" }).format(
        Math.round(amount),
        unit,
      );
    }
    amount /= inNext;
  }
  return day(moment);
}

/** A share as a whole percentage: 0.834 is "83 %". */
export function percent(share: number, digits = 0): string {
  return new Intl.NumberFormat(currentLanguage(), {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** What a model's answer is shown as at least and at most: it is never certain. */
const [LEAST, MOST] = [0.01, 0.99];

/**
 * A model's probability as a percentage: 0.834 is "83 %", 0.9999 is "> 99 %".
 *
 * Two photos of one lesion differ by some points, so decimals would claim too much.
 */
export function modelPercent(share: number): string {
  if (share < LEAST) return `< ${percent(LEAST)}`;
  return share > MOST ? `> ${percent(MOST)}` : percent(share);
}
