import { Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { begin } from "@/api/access";
import { api, unwrap } from "@/api/client";
import { keepPending, pendingSignIn } from "@/session/pending_sign_in";
import { ErrorState } from "@/ui/States";
import { AccountPage } from "./AccountPage";
import { Enrolment, KeepRecoveryCodes } from "./Enrolment";
import { pageAfter } from "./next_page";

export default function EnrolmentPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [codes, setCodes] = useState<string[] | null>(null);
  const [step] = useState(pendingSignIn);
  const token = step?.status === "two_factor_setup_required" ? step.enrolment_token : null;
  const setup = useQuery({
    queryKey: ["enrolment", token],
    queryFn: () =>
      unwrap(
        api.POST("/users/me/2fa/setup", {
          body: { password: "", code: "" },
          headers: { authorization: `Bearer ${token ?? ""}` },
        }),
      ),
    enabled: token !== null,
    // Asking again would create a different secret from the one on screen.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    gcTime: 0,
  });
  if (!token) return <Navigate to="/profile" replace />;
  if (codes) {
    return (
      <AccountPage title={t("account.setup.codesTitle")}>
        <KeepRecoveryCodes codes={codes} onKept={() => void navigate(pageAfter(search))} />
      </AccountPage>
    );
  }
  return (
    <AccountPage title={t("account.setup.title")}>
      <Text size="sm">{t("account.setup.text")}</Text>
      {setup.isPending && <Loader mx="auto" />}
      {setup.error && <ErrorState error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.data && (
        <Enrolment
          setup={setup.data}
          token={token}
          onConfirmed={({ recovery_codes, tokens }) => {
            keepPending(null);
            setCodes(recovery_codes);
            if (tokens) begin(tokens);
          }}
        />
      )}
    </AccountPage>
  );
}
