import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { AccountPage } from "./AccountPage";
import { EmailForm } from "./EmailForm";

export default function ForgotPage() {
  const { t } = useTranslation();
  return (
    <AccountPage title={t("account.forgot.title")}>
      <EmailForm
        text={t("account.forgot.text")}
        action={t("account.forgot.submit")}
        sentTo={(email) => t("account.forgot.sent", { email })}
        send={(body) => unwrap(api.POST("/auth/forgot-password", { body }))}
      />
      <Anchor component={Link} to="/" size="sm">
        {t("shell.back")}
      </Anchor>
    </AccountPage>
  );
}
