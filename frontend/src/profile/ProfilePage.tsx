import { SimpleGrid, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Details } from "./Details";
import { Password } from "./Password";
import { SecurityEvents } from "./SecurityEvents";
import { Sessions } from "./Sessions";
import { TwoFactor } from "./TwoFactor";

/** One's own account: details, protection and recent events. */
export default function ProfilePage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("profile.title")} · ${t("shell.name")}`);
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("profile.title")}
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          <Details />
          <TwoFactor />
          <Password />
        </Stack>
        <Stack>
          <Sessions />
          <SecurityEvents />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
