import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { problemText } from "@/ui/notices";
import { CodeInput } from "./CodeInput";
import { FormAlert } from "@/ui/FormAlert";

/** Second step of a sign-in: a code from the app, or a recovery code. */
export function CodeForm({
  challenge,
  onDone,
  onExpired,
}: {
  challenge: string;
  onDone: (signedIn: Schemas["SignedIn"]) => void;
  onExpired: () => void;
}) {
  const { t } = useTranslation();
  const [byApp, setByApp] = useState(true);
  const [code, setCode] = useState("");
  const verify = useMutation({
    mutationFn: (given: string) =>
      unwrap(
        api.POST("/auth/verify-2fa", {
          body: {
            challenge_token: challenge,
            code: byApp ? given : "",
            recovery_code: byApp ? "" : given.trim(),
          },
        }),
      ),
    onSuccess: onDone,
    onError: (error) => {
      setCode("");
      if (error instanceof Problem && error.reason === "CHALLENGE_INVALID") onExpired();
    },
    meta: { quiet: true },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (code) verify.mutate(code);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormAlert message={verify.error ? problemText(verify.error) : undefined} />
        {byApp ? (
          <>
            <Text size="sm">{t("account.code.text")}</Text>
            <CodeInput
              isFirst
              label={t("account.code.label")}
              value={code}
              disabled={verify.isPending}
              onChange={setCode}
              onComplete={(complete) => verify.mutate(complete)}
            />
          </>
        ) : (
          <TextInput
            label={t("account.code.recovery")}
            value={code}
            autoComplete="off"
            data-autofocus
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <Button type="submit" loading={verify.isPending}>
          {t("account.code.submit")}
        </Button>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            setByApp(!byApp);
            setCode("");
            verify.reset();
          }}
        >
          {byApp ? t("account.code.useRecovery") : t("account.code.useApp")}
        </Button>
      </Stack>
    </form>
  );
}
