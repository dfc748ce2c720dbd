import { currentLanguage } from "@/i18n";

/** Day and time to the millisecond: lines follow each other closely. */
export function timeOf(moment: string): string {
  return new Intl.DateTimeFormat(currentLanguage(), {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  }).format(new Date(moment));
}
