import { Alert, Loader, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { problemText } from "@/ui/notices";
import { EmptyState, ErrorState } from "@/ui/States";
import { HandInForm } from "./HandInForm";
import { useHandIn } from "./useHandIn";
import classes from "./HandInPage.module.css";

/** What a phone shows that scanned a lesion's code: nothing but where its photos go. */
export default function HandInPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("handoff.phone.title")} · ${t("shell.name")}`);
  const { hasLink, claimed, token, forget } = useHandIn();
  const refusal = claimed.error instanceof Problem && claimed.error.status === 401;
  useEffect(() => {
    if (refusal) forget();
  }, [refusal, forget]);
  // Once it is over, the form says so beside what was sent.
  if (claimed.data) {
    return (
      <HandInForm
        site={claimed.data.lesion.body_site ?? null}
        expiresAt={claimed.data.expires_at}
        token={token}
      />
    );
  }
  return (
    <main className={classes.page}>
      <Title order={1} size="h3">
        {t("handoff.phone.title")}
      </Title>
      <div className={classes.nothing}>
        {!hasLink ? (
          <EmptyState title={t("handoff.phone.over")} text={t("handoff.phone.missing")} />
        ) : refusal ? (
          <Alert color="yellow" title={t("handoff.phone.over")} role="alert">
            {problemText(claimed.error as Problem)}
          </Alert>
        ) : claimed.error ? (
          <ErrorState error={claimed.error} onRetry={() => void claimed.refetch()} />
        ) : (
          <Stack align="center" role="status">
            <Loader />
            <Text>{t("handoff.phone.connecting")}</Text>
          </Stack>
        )}
      </div>
    </main>
  );
}
