import {
  Alert,
  Button,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconMailForward } from "@tabler/icons-react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { day, dayAndTime } from "@/i18n/moments";
import { ME, useUser, type User } from "@/session/useSession";
import { showInForm } from "@/ui/form";
import { email, filled } from "@/ui/form_rules";
import { FormAlert } from "@/ui/FormAlert";
import { showDone } from "@/ui/notices";
import { Section } from "@/ui/Section";

const details = z.object({ full_name: filled, email, current_password: z.string() });

/** Name and address. A new address asks for the password and waits until it is verified. */
export function Details() {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <Section title={t("profile.details.title")}>
      {user.pending_email && (
        <Alert
          color="yellow"
          icon={<IconMailForward aria-hidden />}
          title={t("profile.details.pendingTitle", { email: user.pending_email })}
        >
          {t("profile.details.pending", { email: user.email })}
        </Alert>
      )}
      <SimpleGrid cols={2} spacing="xs">
        <Fact name={t("profile.details.role")} value={t(`shell.roles.${user.role}`)} />
        {user.clinic_name && <Fact name={t("profile.details.clinic")} value={user.clinic_name} />}
        <Fact name={t("profile.details.since")} value={day(user.created_at)} />
        {user.last_sign_in_at && (
          <Fact name={t("profile.details.lastSignIn")} value={dayAndTime(user.last_sign_in_at)} />
        )}
      </SimpleGrid>
      <DetailsForm user={user} />
    </Section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
    </div>
  );
}

function DetailsForm({ user }: { user: User }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { register, handleSubmit, setError, reset, control, formState } = useForm({
    resolver: zodResolver(details),
    defaultValues: { full_name: user.full_name, email: user.email, current_password: "" },
  });
  const isMoving = useWatch({ control, name: "email" }).trim() !== user.email;
  const save = useMutation({
    mutationFn: (body: Schemas["ProfileChange"]) => unwrap(api.PUT("/users/me", { body })),
    onSuccess: (now) => {
      queryClient.setQueryData<User>(ME, now);
      reset({ full_name: now.full_name, email: now.email, current_password: "" });
      showDone(
        now.pending_email
          ? t("profile.details.sent", { email: now.pending_email })
          : t("shell.saved"),
      );
    },
    onError: (error) => showInForm(error, setError, { PASSWORD_WRONG: "current_password" }),
    meta: { quiet: true },
  });
  return (
    <form
      noValidate
      onSubmit={handleSubmit(({ full_name, email: address, current_password }) =>
        // Only changes are sent, so that the audit shows only what changed.
        save.mutate({
          ...(full_name !== user.full_name && { full_name }),
          ...(isMoving && { email: address }),
          current_password: isMoving ? current_password : "",
        }),
      )}
    >
      <Stack>
        <FormAlert message={formState.errors.root?.message} />
        <TextInput
          label={t("profile.details.fullName")}
          autoComplete="name"
          error={formState.errors.full_name?.message}
          {...register("full_name")}
        />
        <TextInput
          type="email"
          label={t("profile.details.email")}
          description={t("profile.details.emailHelp")}
          autoComplete="email"
          error={formState.errors.email?.message}
          {...register("email")}
        />
        {isMoving && (
          <PasswordInput
            label={t("profile.details.password")}
            autoComplete="current-password"
            error={formState.errors.current_password?.message}
            {...register("current_password")}
          />
        )}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!formState.isDirty}>
            {t("shell.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
