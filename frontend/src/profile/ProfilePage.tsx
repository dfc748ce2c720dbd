import { SimpleGrid, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Details } from "./Details";
import { Password } from "./Password";
import { Reminders } from "./Reminders";
import { SecurityEvents } from "./SecurityEvents";
import { Sessions } from "./Sessions";
import { TwoFactor } from "./TwoFactor";
import { useUser } from "@/session/useSession";

/** One's own account: details, protection and recent events. */
export default function ProfilePage() {
  const { t } = useTranslation();
  const user = useUser();
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
          {user.clinic_id && <Reminders />}
        </Stack>
        <Stack>
          <Sessions />
          <SecurityEvents />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
