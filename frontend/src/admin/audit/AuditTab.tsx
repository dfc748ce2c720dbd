import { Anchor, Stack, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { agentName } from "@/ui/agent";
import { DataTable } from "@/ui/DataTable";
import { eventName } from "@/ui/event_name";
import { MoreButton } from "@/ui/MoreButton";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { useKnownUsers } from "../users/queries";
import { addressOf, filterIn, queryOf, type AuditFilter } from "./audit_filter";
import { AuditFilters } from "./AuditFilters";
import { ChainCheck } from "./ChainCheck";

const PAGE_SIZE = 50;

type Entry = Schemas["AuditEntry"];

/** Who did what, and whether the trail is intact. The address holds the filter. */
export function AuditTab() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const filter = filterIn(address);
  const show = (next: AuditFilter) => setAddress(addressOf(next));
  const entries = useInfiniteQuery({
    queryKey: ["admin", "audit", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/admin/audit", {
          params: { query: { ...queryOf(filter), limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  });
  const rows = entries.data?.pages.flatMap(({ items }) => items);
  return (
    <Stack>
      <ChainCheck />
      <AuditFilters key={filter.patient} filter={filter} onChange={show} />
      {entries.isPending && <LoadingRows />}
      {/* A refused filter, such as a patient's id with a typing error, is no older answer's fault. */}
      {entries.error && <ErrorState error={entries.error} onRetry={() => void entries.refetch()} />}
      {rows?.length === 0 && <EmptyState title={t("admin.audit.none")} />}
      {rows && rows.length > 0 && <AuditTable entries={rows} filter={filter} onFilter={show} />}
      <MoreButton list={entries} />
    </Stack>
  );
}

function AuditTable({
  entries,
  filter,
  onFilter,
}: {
  entries: Entry[];
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}) {
  const { t } = useTranslation();
  const { nameOf } = useKnownUsers();
  const subject = ({ patient_id, subject_id }: Entry) => {
    if (patient_id) {
      return (
        <Anchor
          component="button"
          ta="start"
          size="sm"
          title={t("admin.audit.onlyPatient")}
          onClick={() => onFilter({ ...filter, patient: patient_id })}
        >
          {t("admin.audit.patientShort", { id: patient_id.slice(-8) })}
        </Anchor>
      );
    }
    return subject_id ? nameOf(subject_id) : "–";
  };
  return (
    <DataTable
      label={t("admin.audit.table")}
      rows={entries}
      rowKey={({ chain, position }) => `${chain} ${position}`}
      columns={[
        {
          name: t("admin.audit.columns.when"),
          show: ({ occurred_at }) => <Text size="sm">{dayAndTime(occurred_at)}</Text>,
        },
        {
          name: t("admin.audit.columns.event"),
          show: ({ event }) => (
            <Text size="sm" fw={500}>
              {eventName(event)}
            </Text>
          ),
        },
        {
          name: t("admin.audit.columns.actor"),
          isWhole: true,
          show: ({ actor_id: actor }) =>
            actor ? (
              <Anchor
                component="button"
                ta="start"
                size="sm"
                title={t("admin.audit.onlyActor", { name: nameOf(actor) })}
                onClick={() => onFilter({ ...filter, actor })}
              >
                {nameOf(actor)}
              </Anchor>
            ) : (
              t("admin.audit.system")
            ),
        },
        { name: t("admin.audit.columns.subject"), show: subject, isWhole: true },
        {
          name: t("admin.audit.columns.from"),
          show: ({ address, agent }) =>
            [address, agent && agentName(agent)].filter(Boolean).join(" · "),
        },
        {
          name: t("admin.audit.columns.details"),
          show: ({ details }) =>
            Object.entries(details)
              .filter(([, value]) => value !== "")
              .map(([name, value]) => `${name}: ${value}`)
              .join(", ") || "–",
        },
      ]}
    />
  );
}
