import { Alert, Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { AccountPage } from "./AccountPage";
import { email } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";

export default function ForgotPage() {
  const { t } = useTranslation();
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(z.object({ email })),
    defaultValues: { email: "" },
  });
  const ask = useMutation({
    mutationFn: (body: Schemas["EmailOnly"]) => unwrap(api.POST("/auth/forgot-password", { body })),
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  return (
    <AccountPage title={t("account.forgot.title")}>
      {ask.isSuccess ? (
        <Alert color="teal" role="status">
          {t("account.forgot.sent", { email: ask.variables.email })}
        </Alert>
      ) : (
        <form noValidate onSubmit={handleSubmit((values) => ask.mutate(values))}>
          <Stack>
            <Text size="sm">{t("account.forgot.text")}</Text>
            <FormAlert message={formState.errors.root?.message} />
            <TextInput
              label={t("account.signIn.email")}
              type="email"
              autoComplete="email"
              error={formState.errors.email?.message}
              {...register("email")}
            />
            <Button type="submit" loading={ask.isPending}>
              {t("account.forgot.submit")}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component={Link} to="/" size="sm">
        {t("shell.back")}
      </Anchor>
    </AccountPage>
  );
}
