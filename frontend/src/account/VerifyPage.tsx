import { Alert, Button, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { ErrorState } from "@/ui/States";
import { AccountPage } from "./AccountPage";
import { useMailedToken } from "./mailed_token";

export default function VerifyPage() {
  const { t } = useTranslation();
  const token = useMailedToken();
  const verified = useQuery({
    queryKey: ["verify", token],
    queryFn: async () => {
      await unwrap(api.POST("/auth/verify-email", { body: { token } }));
      return true;
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
      {verified.data && <Alert color="teal">{t("account.verify.done")}</Alert>}
      <Button component={Link} to="/" variant={verified.data ? "filled" : "default"}>
        {t("account.verify.signIn")}
      </Button>
    </AccountPage>
  );
}
