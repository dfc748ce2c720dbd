import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode, SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "./Dialog";
import { FormAlert } from "./FormAlert";

/** A form in a dialog: what is wrong with it at the head, Cancel and one action at the foot. */
export function FormDialog({
  title,
  error,
  submit,
  isBusy,
  isDisabled = false,
  onSubmit,
  onClose,
  children,
  ...dialog
}: {
  title: string;
  /** What is wrong with the form as a whole. */
  error?: string;
  /** Name of the action. */
  submit: string;
  isBusy: boolean;
  isDisabled?: boolean;
  onSubmit: (event: SyntheticEvent) => unknown;
  onClose: () => void;
  children: ReactNode;
  opened?: boolean;
  size?: string;
  /** Keeps what was typed while the dialog is closed. */
  keepMounted?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose} {...dialog}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(event);
        }}
      >
        <Stack>
          <FormAlert message={error} />
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("shell.cancel")}
            </Button>
            <Button type="submit" loading={isBusy} disabled={isDisabled}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
