import { Anchor, Box, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAuthorName } from "@/patient/useAuthorName";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { useTeam } from "./queries";

/** What is open at the clinic, by the colleague it is assigned to. */
export function Team() {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const team = useTeam();
  return (
    <Section title={t("dashboard.team.title")} text={t("dashboard.team.text")}>
      <QueryState query={team} rows={3} height={32} />
      {team.data && (
        <Box style={{ overflowX: "auto" }}>
          <Table fz="sm" horizontalSpacing={6} aria-label={t("dashboard.team.title")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("dashboard.team.who")}</Table.Th>
                <Table.Th ta="end">{t("dashboard.team.unreviewed")}</Table.Th>
                <Table.Th ta="end">{t("dashboard.team.overdue")}</Table.Th>
                <Table.Th ta="end" visibleFrom="sm">
                  {t("dashboard.team.followUp")}
                </Table.Th>
                <Table.Th ta="end" visibleFrom="sm">
                  {t("dashboard.team.open")}
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {team.data.colleagues.map((one) => (
                <Table.Tr key={one.account_id}>
                  <Table.Th scope="row" fw={400}>
                    <Whose account={one.account_id}>{nameOf(one.account_id)}</Whose>
                  </Table.Th>
                  <Count of={one.unreviewed} />
                  <Count of={one.overdue} />
                  <Count of={one.follow_up} isMinor />
                  <Count of={one.open} isMinor />
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th scope="row" fw={400}>
                  <Whose account="nobody">{t("dashboard.team.nobody")}</Whose>
                </Table.Th>
                <Count of={team.data.unassigned} />
                <Table.Td />
                <Table.Td colSpan={2} visibleFrom="sm" />
              </Table.Tr>
            </Table.Tbody>
          </Table>
        </Box>
      )}
    </Section>
  );
}

/** Leads to what waits for somebody. */
function Whose({ account, children }: { account: string; children: string }) {
  const search = new URLSearchParams({ list: "unreviewed", whose: account });
  return (
    <Anchor component={Link} size="sm" to={`/worklist?${search}`}>
      {children}
    </Anchor>
  );
}

/** The server stops counting here. */
const MANY = 1000;

/** @param isMinor a phone has no room for it. */
function Count({ of: count, isMinor = false }: { of: number; isMinor?: boolean }) {
  const { t } = useTranslation();
  return (
    <Table.Td
      ta="end"
      visibleFrom={isMinor ? "sm" : undefined}
      style={{ fontVariantNumeric: "tabular-nums" }}
    >
      <Text component="span" size="sm" c={count ? undefined : "dimmed"}>
        {count >= MANY ? t("dashboard.counts.many") : count}
      </Text>
    </Table.Td>
  );
}
