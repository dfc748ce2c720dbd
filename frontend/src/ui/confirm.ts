import { modals } from "@mantine/modals";
import i18next from "i18next";

/** Confirms something that should not happen by mistake. Cancel has the focus. */
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
  /** Whether it loses something. */
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
