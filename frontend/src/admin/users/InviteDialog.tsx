import { Text, TextInput } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { showInForm } from "@/ui/form";
import { FormDialog } from "@/ui/FormDialog";
import { showDone } from "@/ui/notices";
import { clinicOf, invitationForm, type RoleForm } from "./role_form";
import { RoleFields } from "./RoleFields";

/** Invites somebody by e-mail to open an account with a role. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { register, handleSubmit, setError, setValue, control, formState } = useForm({
    resolver: zodResolver(invitationForm),
    defaultValues: { email: "", role: "clinician" as RoleForm["role"], clinic_id: "" },
  });
  const [role, clinic_id] = useWatch({ control, name: ["role", "clinic_id"] });
  const invite = useMutation({
    mutationFn: (body: Schemas["InvitationDraft"]) =>
      unwrap(api.POST("/admin/invitations", { body })),
    onSuccess: ({ expires_at }, { email }) => {
      showDone(t("admin.users.invited", { email, until: dayAndTime(expires_at) }));
      onClose();
    },
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  return (
    <FormDialog
      title={t("admin.users.inviteTitle")}
      error={formState.errors.root?.message}
      submit={t("admin.users.send")}
      isBusy={invite.isPending}
      onSubmit={handleSubmit((form) =>
        invite.mutate({ email: form.email, role: form.role, clinic_id: clinicOf(form) }),
      )}
      onClose={onClose}
    >
      <Text size="sm">{t("admin.users.inviteText")}</Text>
      <TextInput
        type="email"
        label={t("admin.users.email")}
        autoComplete="off"
        data-autofocus
        error={formState.errors.email?.message}
        {...register("email")}
      />
      <RoleFields
        value={{ role, clinic_id }}
        error={formState.errors.clinic_id?.message}
        onChange={(part) => {
          if (part.role) setValue("role", part.role);
          if (part.clinic_id !== undefined) {
            setValue("clinic_id", part.clinic_id, { shouldValidate: formState.isSubmitted });
          }
        }}
      />
    </FormDialog>
  );
}
