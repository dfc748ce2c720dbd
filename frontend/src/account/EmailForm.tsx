import { zodResolver } from "@hookform/resolvers/zod";
import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import type { Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { email } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";

interface Props {
  /** Why an address is asked for. */
  text: string;
  action: string;
  /** What is said once the mail is on its way, to whom. */
  sentTo: (address: string) => string;
  /** Has a mail sent to an address. */
  send: (body: Schemas["EmailOnly"]) => Promise<unknown>;
}

/** Asks for an address, and has a link mailed to it. */
export function EmailForm({ text, action, sentTo, send }: Props) {
  const { t } = useTranslation();
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(z.object({ email })),
    defaultValues: { email: "" },
  });
  const sending = useMutation({
    mutationFn: send,
    onError: (error) => showInForm(error, setError),
    meta: { quiet: true },
  });
  if (sending.isSuccess) {
    return (
      <Alert color="teal" role="status">
        {sentTo(sending.variables.email)}
      </Alert>
    );
  }
  return (
    <form noValidate onSubmit={handleSubmit((values) => sending.mutate(values))}>
      <Stack>
        <Text size="sm">{text}</Text>
        <FormAlert message={formState.errors.root?.message} />
        <TextInput
          label={t("account.signIn.email")}
          type="email"
          autoComplete="email"
          error={formState.errors.email?.message}
          {...register("email")}
        />
        <Button type="submit" loading={sending.isPending}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
