import { Modal, type ModalProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFocusBack } from "./focus";

/** A dialog that a click outside does not close, so that what was typed is not lost. */
export function Dialog({
  opened = true,
  ...props
}: Omit<ModalProps, "opened"> & { opened?: boolean }) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal
      opened={opened}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("shell.close") }}
      {...props}
    />
  );
}
