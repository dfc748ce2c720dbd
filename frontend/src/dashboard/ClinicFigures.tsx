import { Box, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { day, percent } from "@/i18n/moments";
import type { Schemas } from "@/api/client";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { useFigures } from "./queries";
import { WeekBars } from "./WeekBars";

type Figures = Schemas["ClinicFigures"];

/** How the clinic and the model do: agreement, waiting time, what was found. Fetched when seen. */
export function ClinicFigures() {
  const { t } = useTranslation();
  const { ref, entry } = useIntersection();
  const figures = useFigures(!!entry?.isIntersecting);
  return (
    <Box ref={ref}>
      <Section title={t("dashboard.figures.title")} text={t("dashboard.figures.text")}>
        {/* As high as what comes, so that nothing jumps. */}
        <Box mih={{ base: 330, sm: 130 }}>
          {figures.error && <QueryState query={figures} />}
          {figures.data && <All found={figures.data} />}
        </Box>
      </Section>
    </Box>
  );
}

function All({ found: { all: figures, weeks, is_cut } }: { found: Schemas["ClinicWeeks"] }) {
  const { t } = useTranslation();
  const share = ({ agreed, verdicts }: Figures) => (verdicts ? agreed / verdicts : null);
  const most = (values: (number | null)[]) => Math.max(0, ...values.map((value) => value ?? 0));
  const hours = weeks.map((week) => week.figures.hours ?? null);
  const malignant = weeks.map((week) => week.figures.malignant);
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Figure
          value={figures.verdicts ? percent(share(figures) ?? 0) : "–"}
          what={t("dashboard.figures.agreement", { count: figures.verdicts })}
          values={weeks.map((week) => share(week.figures))}
          most={1}
        />
        <Figure
          value={hoursText(figures.hours ?? null, t)}
          what={t("dashboard.figures.waiting")}
          values={hours}
          most={most(hours)}
        />
        <Figure
          value={String(figures.malignant)}
          what={t("dashboard.figures.malignant")}
          values={malignant}
          most={most(malignant)}
        />
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        {t(is_cut ? "dashboard.figures.groundCut" : "dashboard.figures.ground", {
          count: figures.images,
        })}
      </Text>
      <details>
        <Text component="summary" size="sm" py={12}>
          {t("dashboard.figures.table")}
        </Text>
        <Table fz="xs" horizontalSpacing={4} aria-label={t("dashboard.figures.title")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("dashboard.figures.week")}</Table.Th>
              <Table.Th>{t("dashboard.figures.photos")}</Table.Th>
              <Table.Th>{t("dashboard.figures.agreed")}</Table.Th>
              <Table.Th>{t("dashboard.figures.hours")}</Table.Th>
              <Table.Th>{t("dashboard.figures.found")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {weeks.toReversed().map(({ since, figures: week }) => (
              <Table.Tr key={since}>
                <Table.Th scope="row" fw={400}>
                  {day(since)}
                </Table.Th>
                <Table.Td>{week.images}</Table.Td>
                <Table.Td>
                  {t("dashboard.figures.of", { part: week.agreed, all: week.verdicts })}
                </Table.Td>
                <Table.Td>{hoursText(week.hours ?? null, t)}</Table.Td>
                <Table.Td>{week.malignant}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </Stack>
  );
}

function Figure({
  value,
  what,
  values,
  most,
}: {
  value: string;
  what: string;
  values: (number | null)[];
  most: number;
}) {
  return (
    <Group gap="md" wrap="nowrap" align="flex-start" justify="space-between">
      <div>
        <Text fz={24} fw={700} lh={1.2}>
          {value}
        </Text>
        <Text size="sm" c="dimmed">
          {what}
        </Text>
      </div>
      <Box flex="none">
        <WeekBars values={values} most={most} />
      </Box>
    </Group>
  );
}

function hoursText(hours: number | null, t: TFunction): string {
  if (hours === null) return "–";
  if (hours * 60 < 1) return t("dashboard.figures.atOnce");
  if (hours < 1) return t("dashboard.figures.minutes", { count: Math.round(hours * 60) });
  if (hours < 48) return t("dashboard.figures.inHours", { count: Math.round(hours) });
  return t("dashboard.figures.days", { count: Math.round(hours / 24) });
}
