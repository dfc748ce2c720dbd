import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { showInForm } from "@/ui/form";
import { filled, newPassword } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";
import { showDone } from "@/ui/notices";
import { Section } from "@/ui/Section";
import { SECURITY_EVENTS } from "./SecurityEvents";
import { SESSIONS } from "./Sessions";

const passwords = z
  .object({ current: filled, next: newPassword, repeat: z.string() })
  .refine(({ next, repeat }) => next === repeat, {
    path: ["repeat"],
    error: () => i18next.t("account.reset.differ"),
  });

/** Changes the password, which ends all other sessions. */
export function Password() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(passwords),
    defaultValues: { current: "", next: "", repeat: "" },
  });
  const change = useMutation({
    mutationFn: (body: Schemas["PasswordChange"]) =>
      unwrap(api.POST("/users/me/password", { body })),
    onSuccess: () => {
      reset();
      showDone(t("profile.password.done"));
      void queryClient.invalidateQueries({ queryKey: SESSIONS });
      void queryClient.invalidateQueries({ queryKey: SECURITY_EVENTS });
    },
    onError: (error) =>
      showInForm(error, setError, {
        PASSWORD_WRONG: "current",
        current_password: "current",
        new_password: "next",
        password: "next",
      }),
    meta: { quiet: true },
  });
  return (
    <Section title={t("profile.password.title")} text={t("profile.password.text")}>
      <form
        noValidate
        onSubmit={handleSubmit(({ current, next }) =>
          change.mutate({ current_password: current, new_password: next }),
        )}
      >
        <Stack>
          <FormAlert message={formState.errors.root?.message} />
          <PasswordInput
            label={t("profile.password.current")}
            autoComplete="current-password"
            error={formState.errors.current?.message}
            {...register("current")}
          />
          <PasswordInput
            label={t("profile.password.next")}
            description={t("account.register.passwordHelp")}
            autoComplete="new-password"
            error={formState.errors.next?.message}
            {...register("next")}
          />
          <PasswordInput
            label={t("profile.password.repeat")}
            autoComplete="new-password"
            error={formState.errors.repeat?.message}
            {...register("repeat")}
          />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t("profile.password.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
