import { Button, Center } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "./States";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="60vh">
      <EmptyState
        title={t("common.notFound.title")}
        text={t("common.notFound.text")}
        action={
          <Button component={Link} to="/">
            {t("common.notFound.home")}
          </Button>
        }
      />
    </Center>
  );
}
