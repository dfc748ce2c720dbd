import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { FormAlert } from "@/ui/FormAlert";

export type SignInStep =
  Schemas["SignedIn"] | Schemas["TwoFactorRequired"] | Schemas["TwoFactorSetupRequired"];

/** First step of a sign-in. Its rules are inline: the schema library is not in the first load. */
export function PasswordForm({
  email: known,
  onStep,
}: {
  email?: string;
  onStep: (step: SignInStep) => void;
}) {
  const { t } = useTranslation();
  const { register, handleSubmit, setError, formState } = useForm({
    defaultValues: { email: known ?? "", password: "" },
  });
  const signIn = useMutation({
    mutationFn: (body: Schemas["Credentials"]) => unwrap(api.POST("/auth/login", { body })),
    onSuccess: onStep,
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  return (
    <form noValidate onSubmit={handleSubmit((values) => signIn.mutate(values))}>
      <Stack>
        <FormAlert message={formState.errors.root?.message} />
        <TextInput
          label={t("account.signIn.email")}
          type="email"
          autoComplete="username"
          error={formState.errors.email?.message}
          {...register("email", { required: t("account.validation.email") })}
        />
        <PasswordInput
          label={t("account.signIn.password")}
          autoComplete="current-password"
          data-autofocus={known ? true : undefined}
          error={formState.errors.password?.message}
          {...register("password", { required: t("shell.required") })}
        />
        <Button type="submit" loading={signIn.isPending}>
          {t("account.signIn.submit")}
        </Button>
      </Stack>
    </form>
  );
}
