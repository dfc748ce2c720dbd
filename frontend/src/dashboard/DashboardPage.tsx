import { Button, Group, SimpleGrid, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { IntendedUse } from "@/ui/States";
import { Counts } from "./Counts";
import { PatientSearch } from "./PatientSearch";
import { UploadsUnderWay } from "./UploadsUnderWay";
import { useCounts } from "./queries";
import { Worklist } from "./Worklist";

/** Where a clinician's day begins: finding patients, and what is waiting. */
export default function DashboardPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("dashboard.title")} · ${t("shell.name")}`);
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("dashboard.title")}
      </Title>
      <Group>
        <PatientSearch />
        <Button
          component={Link}
          to="/patients?new"
          size="md"
          leftSection={<IconPlus size={18} aria-hidden />}
        >
          {t("dashboard.addPatient")}
        </Button>
        <Button
          component={Link}
          to="/patients"
          size="md"
          variant="default"
          leftSection={<IconUsers size={18} aria-hidden />}
        >
          {t("dashboard.allPatients")}
        </Button>
      </Group>
      <Counts />
      <UploadsUnderWay />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          <Worklist list="unreviewed" />
          <Worklist list="pending" />
          <ArchivedOpen />
        </Stack>
        <Stack>
          <Worklist list="followUp" />
          <Worklist list="due" />
          <Worklist list="recent" />
        </Stack>
      </SimpleGrid>
      <IntendedUse />
    </Stack>
  );
}

/** Only where there is something: most clinics never archive what is open. */
function ArchivedOpen() {
  return useCounts().data?.archived_open ? <Worklist list="archivedOpen" /> : null;
}
