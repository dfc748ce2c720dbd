import { Alert, Button, PasswordInput, Stack } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import i18next from "i18next";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { z } from "zod";
import { forget } from "@/api/access";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { AccountPage } from "./AccountPage";
import { newPassword } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";
import { useMailedToken } from "./mailed_token";

const passwords = z
  .object({ password: newPassword, repeat: z.string() })
  .refine(({ password, repeat }) => password === repeat, {
    path: ["repeat"],
    error: () => i18next.t("account.reset.differ"),
  });

export default function ResetPage() {
  const { t } = useTranslation();
  const token = useMailedToken();
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(passwords),
    defaultValues: { password: "", repeat: "" },
  });
  const reset = useMutation({
    mutationFn: (body: Schemas["PasswordReset"]) =>
      unwrap(api.POST("/auth/reset-password", { body })),
    // All sessions have ended, including this browser's.
    onSuccess: forget,
    onError: (error) => showInForm(error, setError, { new_password: "password" }),
    meta: { quiet: true },
  });
  if (!token || reset.isSuccess) {
    return (
      <AccountPage title={t("account.reset.title")}>
        <Alert color={reset.isSuccess ? "teal" : "yellow"} role="status">
          {reset.isSuccess ? t("account.reset.done") : t("account.verify.missing")}
        </Alert>
        <Button component={Link} to="/">
          {t("account.signIn.title")}
        </Button>
      </AccountPage>
    );
  }
  return (
    <AccountPage title={t("account.reset.title")}>
      <form
        noValidate
        onSubmit={handleSubmit(({ password }) => reset.mutate({ token, new_password: password }))}
      >
        <Stack>
          <FormAlert message={formState.errors.root?.message} />
          <PasswordInput
            label={t("account.reset.password")}
            description={t("account.register.passwordHelp")}
            autoComplete="new-password"
            error={formState.errors.password?.message}
            {...register("password")}
          />
          <PasswordInput
            label={t("account.reset.repeat")}
            autoComplete="new-password"
            error={formState.errors.repeat?.message}
            {...register("repeat")}
          />
          <Button type="submit" loading={reset.isPending}>
            {t("account.reset.submit")}
          </Button>
        </Stack>
      </form>
    </AccountPage>
  );
}
