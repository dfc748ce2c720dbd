import { Modal, type ModalProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { BackCloses } from "./BackCloses";
import { useFocusBack } from "./focus";

/**
 * A dialog that a click outside does not close, so that what was typed is not lost.
 *
 * The browser's Back closes it, and leaves the page where it is.
 */
export function Dialog({
  opened = true,
  isInAddress = false,
  ...props
}: Omit<ModalProps, "opened"> & {
  opened?: boolean;
  /** The address says that it is open, so that Back closes it anyway. */
  isInAddress?: boolean;
}) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <>
      <Modal
        opened={opened}
        closeOnClickOutside={false}
        closeButtonProps={{ "aria-label": t("shell.close") }}
        {...props}
      />
      {opened && !isInAddress && <BackCloses onClose={props.onClose} />}
    </>
  );
}
