import { Modal, type ModalProps } from "@mantine/core";
import { useContext, useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
// The only way to know whether the page has a history to hold: a part of it that is shown alone has not.
import { NavigationType, UNSAFE_DataRouterContext, useBlocker } from "react-router";
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
  const hasHistory = useContext(UNSAFE_DataRouterContext) !== null;
  return (
    <>
      <Modal
        opened={opened}
        closeOnClickOutside={false}
        closeButtonProps={{ "aria-label": t("shell.close") }}
        {...props}
      />
      {opened && hasHistory && !isInAddress && <BackCloses onClose={props.onClose} />}
    </>
  );
}

/** Takes the step back for a wish to close. */
function BackCloses({ onClose }: { onClose: () => void }) {
  const blocker = useBlocker(({ historyAction }) => historyAction === NavigationType.Pop);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    blocker.reset();
    close();
  }, [blocker]);
  return null;
}
