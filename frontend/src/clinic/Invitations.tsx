import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { email } from "@/ui/form_rules";
import { Section } from "@/ui/Section";
import { useClinicChange } from "./queries";

/** Invites a colleague, and shows who hasn't answered yet. */
export function Invitations({ invitations }: { invitations: Schemas["PendingInvitation"][] }) {
  const { t } = useTranslation();
  const { register, handleSubmit, reset, formState } = useForm({
    resolver: zodResolver(z.object({ email })),
    defaultValues: { email: "" },
  });
  const invite = useClinicChange(
    (body: { email: string }) => unwrap(api.POST("/clinic/invitations", { body })),
    (body) => t("clinic.invitations.sent", { email: body.email }),
  );
  const revoke = useClinicChange(
    (invitation: Schemas["PendingInvitation"]) =>
      unwrap(
        api.DELETE("/clinic/invitations/{invitation_id}", {
          params: { path: { invitation_id: invitation.id } },
        }),
      ),
    (invitation) => t("clinic.invitations.revoked", { email: invitation.email }),
  );
  return (
    <Section title={t("clinic.invitations.title")} text={t("clinic.invitations.text")}>
      <form
        noValidate
        onSubmit={handleSubmit((form) => invite.mutate(form, { onSuccess: () => reset() }))}
      >
        <Group align="end">
          <TextInput
            type="email"
            flex="1 1 240px"
            label={t("clinic.invitations.email")}
            autoComplete="off"
            error={formState.errors.email?.message}
            {...register("email")}
          />
          <Button type="submit" loading={invite.isPending}>
            {t("clinic.invitations.send")}
          </Button>
        </Group>
      </form>
      {invitations.map((invitation) => (
        <Group key={invitation.id} justify="space-between">
          <Stack gap={0}>
            <Text>{invitation.email}</Text>
            <Text size="sm" c="dimmed">
              {t("clinic.invitations.until", { when: dayAndTime(invitation.expires_at) })}
            </Text>
          </Stack>
          <Button
            variant="default"
            loading={revoke.isPending}
            onClick={() => revoke.mutate(invitation)}
          >
            {t("clinic.invitations.revoke")}
          </Button>
        </Group>
      ))}
    </Section>
  );
}
