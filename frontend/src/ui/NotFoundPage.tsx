import { Button, Center } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "./States";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="60vh">
      <EmptyState
        title={t("shell.notFound.title")}
        text={t("shell.notFound.text")}
        action={
          <Button component={Link} to="/">
            {t("shell.notFound.home")}
          </Button>
        }
      />
    </Center>
  );
}
