import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { Problem } from "@/api/problem";

/** A failure in the reader's language; the server's words if there is no translation. */
export function problemText(error: Error): string {
  const reason = error instanceof Problem ? error.reason : "INTERNAL";
  const message = error instanceof Problem ? error.message : undefined;
  return i18next.t(`problems.${reason}` as "problems.INTERNAL", {
    defaultValue: message ?? i18next.t("problems.INTERNAL"),
  });
}

export function showProblem(error: Error): void {
  const id = error instanceof Problem ? error.requestId : null;
  notifications.show({
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    color: "red",
    // Stays until closed: people need as long as they need to read it (WCAG 2.2, 2.2.1).
    autoClose: false,
    title: i18next.t("shell.failed"),
    message: [problemText(error), id && i18next.t("shell.requestId", { id })]
      .filter(Boolean)
      .join(" "),
    // The same failure of ten calls at once is one notice.
    id: error instanceof Problem ? error.reason : error.message,
  });
}

export function showDone(message: string): void {
  notifications.show({
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    color: "teal",
    message,
  });
}
