import { Anchor } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { begin } from "@/api/access";
import { keepPending, pendingSignIn } from "@/session/pending_sign_in";
import { useSession } from "@/session/useSession";
import { showProblem } from "@/ui/notices";
import { AccountPage } from "./AccountPage";
import { CodeForm } from "./CodeForm";
import { pageAfter } from "./next_page";

export default function CodePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const session = useSession();
  // Kept while the page is shown: the session takes a moment to arrive after the right code.
  const [step] = useState(pendingSignIn);
  if (session.status === "signed_in") return <Navigate to={pageAfter(search)} replace />;
  if (step?.status !== "two_factor_required") return <Navigate to="/" replace />;
  return (
    <AccountPage title={t("account.code.title")}>
      <CodeForm
        challenge={step.challenge_token}
        onDone={(signedIn) => {
          keepPending(null);
          begin(signedIn);
        }}
        onExpired={() => {
          keepPending(null);
          showProblem(new Error(t("account.code.expired")));
          void navigate("/");
        }}
      />
      <Anchor component={Link} to="/" size="sm">
        {t("shell.back")}
      </Anchor>
    </AccountPage>
  );
}
