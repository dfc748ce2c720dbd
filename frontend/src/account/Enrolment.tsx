import { Alert, Button, Code, CopyButton, Group, Image, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { problemText } from "@/ui/notices";
import { CodeInput } from "./CodeInput";
import { FormAlert } from "@/ui/FormAlert";

type Setup = Schemas["TwoFactorSetup"];

/**
 * Second half of an enrolment: scan, then prove it with a first code.
 *
 * @param token an enrolment token, for somebody who may do nothing else yet.
 */
export function Enrolment({
  setup,
  token,
  onConfirmed,
}: {
  setup: Setup;
  token?: string;
  onConfirmed: (done: Schemas["RecoveryCodes"]) => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: (given: string) =>
      unwrap(
        api.POST("/users/me/2fa/confirm", {
          body: { code: given },
          headers: token ? { authorization: `Bearer ${token}` } : {},
        }),
      ),
    onSuccess: onConfirmed,
    onError: () => setCode(""),
    meta: { quiet: true },
  });
  return (
    <Stack>
      <Image
        src={`data:image/svg+xml,${encodeURIComponent(setup.qr_svg)}`}
        alt={setup.otpauth_uri}
        bg="white"
        p="sm"
        w={220}
        h={220}
        mx="auto"
      />
      <Text size="sm">{t("account.setup.manual")}</Text>
      <Group gap="xs">
        <Code fz="sm">{setup.secret.replace(/(.{4})/g, "$1 ").trim()}</Code>
        <CopyButton value={setup.secret}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? t("shell.copied") : t("shell.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      <FormAlert message={confirm.error ? problemText(confirm.error) : undefined} />
      <CodeInput
        label={t("account.setup.code")}
        value={code}
        disabled={confirm.isPending}
        onChange={setCode}
        onComplete={(complete) => confirm.mutate(complete)}
      />
      <Button
        loading={confirm.isPending}
        disabled={code.length < 6}
        onClick={() => confirm.mutate(code)}
      >
        {t("account.setup.submit")}
      </Button>
    </Stack>
  );
}

/** Ten codes, shown once; continues only once they are said to be saved. */
export function KeepRecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");
  return (
    <Stack>
      <Alert color="yellow">{t("account.setup.codesText")}</Alert>
      <Code block fz="md" aria-label={t("account.setup.codesTitle")}>
        {text}
      </Code>
      <Group>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download={t("account.setup.fileName")}
          onClick={() => setKept(true)}
        >
          {t("shell.download")}
        </Button>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={() => {
                copy();
                setKept(true);
              }}
            >
              {copied ? t("shell.copied") : t("shell.copy")}
            </Button>
          )}
        </CopyButton>
        <Button variant={kept ? "filled" : "default"} onClick={onKept}>
          {t("account.setup.kept")}
        </Button>
      </Group>
    </Stack>
  );
}
