import { Alert, Button, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import { ErrorState } from "@/ui/States";
import { AccountPage } from "./AccountPage";
import { EmailForm } from "./EmailForm";
import { useMailedToken } from "./mailed_token";

/** A link that is spent, expired or cut off works no better the second time. */
const isDeadLink = (error: Error | null) =>
  error instanceof Problem && error.reason === "LINK_INVALID";

const WAITS_FOR_OWNER = 202;

export default function VerifyPage() {
  const { t } = useTranslation();
  const token = useMailedToken();
  const verified = useQuery({
    queryKey: ["verify", token],
    queryFn: async () => {
      const outcome = await api.POST("/auth/verify-email", { body: { token } });
      await unwrap(Promise.resolve(outcome));
      return outcome.response.status === WAITS_FOR_OWNER ? ("waits" as const) : ("done" as const);
    },
    enabled: token !== "",
    // A token works once: a success is not repeated.
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return (
    <AccountPage title={t("account.verify.title")}>
      {!token && <Alert color="yellow">{t("account.verify.missing")}</Alert>}
      {token && verified.isPending && (
        <Text>
          <Loader size="xs" /> {t("account.verify.checking")}
        </Text>
      )}
      {verified.error && (
        <ErrorState error={verified.error} onRetry={() => void verified.refetch()} />
      )}
      {(!token || isDeadLink(verified.error)) && (
        <EmailForm
          text={t("account.verify.newLink")}
          action={t("account.verify.send")}
          sentTo={(email) => t("account.verify.sent", { email })}
          send={(body) => unwrap(api.POST("/auth/resend-verification", { body }))}
        />
      )}
      {verified.data && <Alert color="teal">{t(`account.verify.${verified.data}`)}</Alert>}
      <Button component={Link} to="/" variant={verified.data ? "filled" : "default"}>
        {t("account.verify.signIn")}
      </Button>
    </AccountPage>
  );
}
