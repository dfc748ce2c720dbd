import { zodResolver } from "@hookform/resolvers/zod";
import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { email } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";

/** Sends a new verification link, for whoever has one that no longer works. */
export function NewLink() {
  const { t } = useTranslation();
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(z.object({ email })),
    defaultValues: { email: "" },
  });
  const send = useMutation({
    mutationFn: (body: Schemas["EmailOnly"]) =>
      unwrap(api.POST("/auth/resend-verification", { body })),
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  if (send.isSuccess) {
    return (
      <Alert color="teal" role="status">
        {t("account.verify.sent", { email: send.variables.email })}
      </Alert>
    );
  }
  return (
    <form noValidate onSubmit={handleSubmit((values) => send.mutate(values))}>
      <Stack>
        <Text size="sm">{t("account.verify.newLink")}</Text>
        <FormAlert message={formState.errors.root?.message} />
        <TextInput
          label={t("account.signIn.email")}
          type="email"
          autoComplete="email"
          error={formState.errors.email?.message}
          {...register("email")}
        />
        <Button type="submit" loading={send.isPending}>
          {t("account.verify.send")}
        </Button>
      </Stack>
    </form>
  );
}
