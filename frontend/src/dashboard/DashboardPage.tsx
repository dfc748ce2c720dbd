import { Button, Group, SimpleGrid, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { IntendedUse, LoadingRows } from "@/ui/States";
import { ClinicFigures } from "./ClinicFigures";
import { Counts } from "./Counts";
import { First } from "./First";
import { PatientSearch } from "./PatientSearch";
import { Team } from "./Team";
import { UploadsUnderWay } from "./UploadsUnderWay";
import { useCounts } from "./queries";
import { Worklist } from "./Worklist";
import classes from "./DashboardPage.module.css";

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
        <Group gap="sm" className={classes.ways}>
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
      </Group>
      <Counts />
      <UploadsUnderWay />
      <First />
      <Lists />
      <Team />
      <ClinicFigures />
      <IntendedUse />
    </Stack>
  );
}

/** What waits, once it is known how much: so the lists stand where they will stay. */
function Lists() {
  const counts = useCounts();
  if (counts.isPending) return <LoadingRows rows={6} height={140} />;
  const { unreviewed, pending, follow_up, due, archived_open } = counts.data ?? {};
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack>
        <Worklist list="unreviewed" expected={unreviewed} />
        <Worklist list="pending" expected={pending} />
        {/* Most clinics never archive what is open. */}
        {!!archived_open && <Worklist list="archivedOpen" expected={archived_open} />}
      </Stack>
      <Stack>
        <Worklist list="followUp" expected={follow_up} />
        <Worklist list="due" expected={due} />
        <Worklist list="recent" />
      </Stack>
    </SimpleGrid>
  );
}
