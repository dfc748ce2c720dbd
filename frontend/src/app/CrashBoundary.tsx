import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { NotFoundPage } from "@/ui/NotFoundPage";

/** Shown instead of a page that has thrown. */
export function CrashBoundary() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return (
    <Center component="main" mih="60vh" p="md">
      <Stack align="center" ta="center" maw={420}>
        <Title order={1} size="h3">
          {t("shell.crashed.title")}
        </Title>
        <Text c="dimmed">{t("shell.crashed.text")}</Text>
        <Button onClick={() => window.location.reload()}>{t("shell.crashed.reload")}</Button>
      </Stack>
    </Center>
  );
}
