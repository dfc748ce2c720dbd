import { modals } from "@mantine/modals";
import i18next from "i18next";

/** Asks before something that should not happen by mistake. The way out has the focus. */
export function confirm({
  title,
  text,
  action,
  isDestructive = true,
  onConfirm,
}: {
  title: string;
  text: string;
  action: string;
  /** Whether something is lost by it. */
  isDestructive?: boolean;
  onConfirm: () => void;
}): void {
  modals.openConfirmModal({
    title,
    children: text,
    labels: { confirm: action, cancel: i18next.t("shell.cancel") },
    confirmProps: isDestructive ? { color: "red.9" } : {},
    cancelProps: { "data-autofocus": true },
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    onConfirm,
  });
}
