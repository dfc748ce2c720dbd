import { modals } from "@mantine/modals";
import i18next from "i18next";

/** Asks before something that is hard to undo. The way out has the focus. */
export function confirm({
  title,
  text,
  action,
  onConfirm,
}: {
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
}): void {
  modals.openConfirmModal({
    title,
    children: text,
    labels: { confirm: action, cancel: i18next.t("shell.cancel") },
    confirmProps: { color: "red.9" },
    cancelProps: { "data-autofocus": true },
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    onConfirm,
  });
}
