import { Anchor, Card, Center, Group, Image, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { LanguageChoice } from "@/ui/LanguageChoice";
import { ThemeSwitch } from "@/ui/ThemeSwitch";

/** A card in the middle of the page, for everything before signing in. */
export function AccountPage({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t("shell.name")}`);
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={440} gap="lg">
        <Anchor component={Link} to="/" underline="never" c="inherit">
          <Stack gap={4} align="center" ta="center">
            <Image src="/favicon.svg" alt="" w={48} h={48} />
            <Text fw={700} size="xl">
              {t("shell.name")}
            </Text>
            <Text c="dimmed" size="sm">
              {t("shell.tagline")}
            </Text>
          </Stack>
        </Anchor>
        <Card withBorder padding="lg">
          <Stack>
            <Title order={1} size="h3">
              {title}
            </Title>
            {children}
          </Stack>
        </Card>
        <Text size="sm" c="dimmed" ta="center">
          {t("shell.notADiagnosis")}
        </Text>
        <Group justify="center" gap="xs">
          <LanguageChoice />
          <ThemeSwitch />
        </Group>
      </Stack>
    </Center>
  );
}
