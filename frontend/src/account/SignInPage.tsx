import { Anchor, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { begin } from "@/api/access";
import { keepPending } from "@/session/pending_sign_in";
import { useSession } from "@/session/useSession";
import { AccountPage } from "./AccountPage";
import { pageAfter } from "./next_page";
import { PasswordForm, type SignInStep } from "./PasswordForm";

export default function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const session = useSession();
  if (session.status === "signed_in") return <Navigate to={pageAfter(search)} replace />;

  const goOn = (step: SignInStep) => {
    if (step.status === "authenticated") return begin(step);
    keepPending(step);
    const page = step.status === "two_factor_required" ? "/2fa" : "/setup-2fa";
    void navigate({ pathname: page, search: search.toString() });
  };
  return (
    <AccountPage title={t("account.signIn.title")}>
      <PasswordForm onStep={goOn} />
      <Group justify="space-between">
        <Anchor component={Link} to="/forgot" size="sm">
          {t("account.signIn.forgot")}
        </Anchor>
        <Anchor component={Link} to="/register" size="sm">
          {t("account.signIn.register")}
        </Anchor>
      </Group>
    </AccountPage>
  );
}
