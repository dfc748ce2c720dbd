import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/ui/notices";

/**
 * Asks for the password again before a security change.
 *
 * @param ask does the change with the password.
 * @param children further fields.
 */
export function PasswordStep<Answer>({
  text,
  submit,
  isReady = true,
  ask,
  onDone,
  children,
}: {
  text?: string;
  submit: string;
  isReady?: boolean;
  ask: (password: string) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const change = useMutation({ mutationFn: ask, onSuccess: onDone, meta: { quiet: true } });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (password && isReady) change.mutate(password);
      }}
    >
      <Stack>
        {text && <Text size="sm">{text}</Text>}
        <PasswordInput
          label={t("profile.twoFactor.password")}
          autoComplete="current-password"
          data-autofocus
          value={password}
          error={change.error ? problemText(change.error) : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {children}
        <Button type="submit" loading={change.isPending} disabled={!password || !isReady}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
