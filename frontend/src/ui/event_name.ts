import i18next from "i18next";

/** An audited event in the reader's language; its own name if there is no translation. */
export function eventName(event: string): string {
  return i18next.t(`events.${event}` as "events.note.added", { defaultValue: event });
}
