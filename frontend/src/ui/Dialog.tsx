import { Modal, type ModalProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** A dialog that a press beside it does not close: what was typed in it is not lost. */
export function Dialog({
  opened = true,
  ...props
}: Omit<ModalProps, "opened"> & { opened?: boolean }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("shell.close") }}
      {...props}
    />
  );
}
