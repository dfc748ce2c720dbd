import {
  Alert,
  Anchor,
  Button,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { showDone } from "@/ui/notices";
import { AccountPage } from "./AccountPage";
import { email, filled, newPassword } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";
import { useMailedToken } from "./mailed_token";

export default function RegisterPage() {
  const { t } = useTranslation();
  const invitation = useMailedToken();
  const [joins, setJoins] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(
      z.object({
        email,
        full_name: filled,
        clinic_name: invitation || joins ? z.string() : filled,
        owner_email: joins ? email : z.string(),
        password: newPassword,
      }),
    ),
    defaultValues: { email: "", full_name: "", clinic_name: "", owner_email: "", password: "" },
  });
  const create = useMutation({
    mutationFn: (body: Schemas["Registration"]) => unwrap(api.POST("/auth/register", { body })),
    onSuccess: (_, body) => setSentTo(body.email),
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  if (sentTo) return <MailSent email={sentTo} />;
  const { errors } = formState;
  return (
    <AccountPage title={t("account.register.title")}>
      <form
        noValidate
        onSubmit={handleSubmit((values) =>
          create.mutate({
            ...values,
            invitation,
            clinic_name: joins ? "" : values.clinic_name,
            owner_email: joins ? values.owner_email : "",
          }),
        )}
      >
        <Stack>
          {invitation && <Text size="sm">{t("account.register.invited")}</Text>}
          <FormAlert message={errors.root?.message} />
          <TextInput
            label={t("account.register.fullName")}
            autoComplete="name"
            error={errors.full_name?.message}
            {...register("full_name")}
          />
          {!invitation && (
            <SegmentedControl
              aria-label={t("account.register.membership")}
              value={joins ? "join" : "found"}
              onChange={(choice) => setJoins(choice === "join")}
              data={[
                { value: "found", label: t("account.register.newClinic") },
                { value: "join", label: t("account.register.existingClinic") },
              ]}
            />
          )}
          {!invitation && joins && (
            <TextInput
              label={t("account.register.owner")}
              description={t("account.register.ownerHelp")}
              type="email"
              autoComplete="off"
              error={errors.owner_email?.message}
              {...register("owner_email")}
            />
          )}
          {!invitation && !joins && (
            <TextInput
              label={t("account.register.clinic")}
              description={t("account.register.clinicHelp")}
              autoComplete="organization"
              error={errors.clinic_name?.message}
              {...register("clinic_name")}
            />
          )}
          <TextInput
            label={t("account.signIn.email")}
            type="email"
            autoComplete="email"
            error={errors.email?.message}
            {...register("email")}
          />
          <PasswordInput
            label={t("account.register.password")}
            description={t("account.register.passwordHelp")}
            autoComplete="new-password"
            error={errors.password?.message}
            {...register("password")}
          />
          <Button type="submit" loading={create.isPending}>
            {t("account.register.submit")}
          </Button>
          <Anchor component={Link} to="/" size="sm">
            {t("account.register.haveOne")}
          </Anchor>
        </Stack>
      </form>
    </AccountPage>
  );
}

function MailSent({ email: address }: { email: string }) {
  const { t } = useTranslation();
  const resend = useMutation({
    mutationFn: () => unwrap(api.POST("/auth/resend-verification", { body: { email: address } })),
    onSuccess: () => showDone(t("account.register.resent")),
  });
  return (
    <AccountPage title={t("account.register.sentTitle")}>
      <Alert color="teal" role="status">
        {t("account.register.sent", { email: address })}
      </Alert>
      <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
        {t("account.register.resend")}
      </Button>
      <Anchor component={Link} to="/" size="sm">
        {t("account.signIn.title")}
      </Anchor>
    </AccountPage>
  );
}
