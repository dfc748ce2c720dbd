import { Text } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { clinicOf, roleForm } from "./role_form";
import { RoleFields } from "./RoleFields";
import { useUserChange } from "./useUserChange";

/** Another role or clinic for somebody. */
export function ChangeRoleDialog({
  user,
  onClose,
}: {
  user: Schemas["User"];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { handleSubmit, setError, setValue, control, formState } = useForm({
    resolver: zodResolver(roleForm),
    defaultValues: { role: user.role, clinic_id: user.clinic_id ?? "" },
  });
  const value = useWatch({ control }) as Parameters<typeof clinicOf>[0];
  const change = useUserChange(user, {
    onSuccess: onClose,
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  return (
    <FormDialog
      title={t("admin.users.changeRole")}
      error={formState.errors.root?.message}
      submit={t("shell.save")}
      isBusy={change.isPending}
      isDisabled={!formState.isDirty}
      onSubmit={handleSubmit((form) =>
        change.mutate({ role: form.role, clinic_id: clinicOf(form) }),
      )}
      onClose={onClose}
    >
      <Text size="sm">{t("admin.users.signsOut", { name: user.full_name })}</Text>
      <RoleFields
        value={value}
        current={
          user.clinic_id
            ? { id: user.clinic_id, name: user.clinic_name ?? user.clinic_id }
            : undefined
        }
        error={formState.errors.clinic_id?.message}
        onChange={({ role, clinic_id }) => {
          if (role) setValue("role", role, { shouldDirty: true });
          if (clinic_id !== undefined) {
            setValue("clinic_id", clinic_id, { shouldDirty: true, shouldValidate: true });
          }
        }}
      />
    </FormDialog>
  );
}
