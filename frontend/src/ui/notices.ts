import { notifications, type NotificationData } from "@mantine/notifications";
import i18next from "i18next";
import { createElement, type ReactNode } from "react";
import { Problem } from "@/api/problem";
import type { FileKind, Refusal } from "@/i18n/refusals";
import { ActionMessage } from "./ActionMessage";

/** A reason in the reader's language; `words` where a newer server gives one without a text. */
export function reasonText(reason: string, words: string): string {
  return i18next.t(`reasons.${reason as Refusal}`, { defaultValue: words });
}

/** What a refused file is and the way out; `words` where a newer server names a new kind. */
export function fileText(kind: string, words: string): string {
  return i18next.t(`files.${kind as FileKind}`, { defaultValue: words });
}

/** A failure in the reader's language. */
export function problemText(error: Error): string {
  if (error instanceof Problem) {
    const words = reasonText(error.reason, error.message);
    return error.kind ? fileText(error.kind, words) : words;
  }
  return i18next.t("reasons.INTERNAL");
}

export function showProblem(error: Error): void {
  const id = error instanceof Problem ? error.requestId : null;
  show({
    ...LASTING_REFUSAL,
    title: i18next.t("shell.failed"),
    message: [problemText(error), id && i18next.t("shell.requestId", { id })]
      .filter(Boolean)
      .join(" "),
    // The same failure of ten calls at once is one notice.
    id: error instanceof Problem ? error.reason : error.message,
  });
}

/** Says why something was not taken, e.g. a file. */
export function showRefusal(what: string, why: string): void {
  show({ ...LASTING_REFUSAL, title: what, message: why });
}

/** Says what was done, and takes it back at a press; the notice's id, to hide it. */
export function showUndoable(message: string, undo: () => Promise<unknown>): string {
  const id = show({
    color: "teal",
    // Long enough to notice a slip; who closes it means it.
    autoClose: 20_000,
    message: createElement(ActionMessage, {
      message,
      action: i18next.t("patient.correct.undo"),
      onAction: () => {
        notifications.hide(id);
        undo().catch(showProblem);
      },
    }),
  });
  return id;
}

export function showDone(message: string): void {
  show({ color: "teal", message });
}

/** Offers something until it is done or closed; an offer of the same id takes its place. */
export function showOffer(id: string, message: string, action: string, onAction: () => void): void {
  show({
    id,
    autoClose: false,
    message: createElement(ActionMessage, { message, action, onAction }),
  });
}

/** Shows how far something is, or shows it anew; it is there until it is hidden. */
export function showProgress(id: string, title: string, message: ReactNode): void {
  const content = { id, title, message, autoClose: false, withCloseButton: false } as const;
  // Does nothing where it is not shown yet, as the other does where it is.
  notifications.update(content);
  show(content);
}

export function hideNotice(id: string): void {
  notifications.hide(id);
}

/** Stays until closed: people need as long as they need to read it (WCAG 2.2, 2.2.1). */
const LASTING_REFUSAL = { color: "red", autoClose: false } as const;

function show(content: NotificationData): string {
  return notifications.show({
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    ...content,
  });
}
