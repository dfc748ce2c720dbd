import { Button, Group, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { today } from "@/i18n/calendar";
import { eventName } from "@/ui/event_name";
import { useKnownUsers } from "../users/queries";
import { actionsOf } from "./actions";
import type { AuditFilter } from "./audit_filter";

/** By whom, about whom, what and since when. Remounted when the filter changes elsewhere. */
export function AuditFilters({
  filter,
  onChange,
}: {
  filter: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}) {
  const { t } = useTranslation();
  const { users, nameOf } = useKnownUsers();
  const [patient, setPatient] = useState(filter.patient);
  const isListed = !filter.actor || users.some(({ id }) => id === filter.actor);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filter, patient: patient.trim() });
      }}
    >
      <Group align="flex-end">
        <SegmentedControl
          aria-label={t("admin.audit.chain")}
          value={filter.chain}
          onChange={(chain) =>
            onChange({
              ...filter,
              chain,
              action: "",
              patient: chain === "record" ? filter.patient : "",
            })
          }
          data={[
            { value: "identity", label: t("admin.audit.identity") },
            { value: "record", label: t("admin.audit.record") },
          ]}
        />
        <NativeSelect
          flex="1 1 160px"
          label={t("admin.audit.actor")}
          value={filter.actor}
          onChange={(event) => onChange({ ...filter, actor: event.currentTarget.value })}
          data={[
            { value: "", label: t("admin.audit.anybody") },
            ...(isListed ? [] : [{ value: filter.actor, label: nameOf(filter.actor) }]),
            ...users.map(({ id, full_name, email }) => ({
              value: id,
              label: `${full_name} (${email})`,
            })),
          ]}
        />
        <NativeSelect
          flex="1 1 160px"
          label={t("admin.audit.action")}
          value={filter.action}
          onChange={(event) => onChange({ ...filter, action: event.currentTarget.value })}
          data={[
            { value: "", label: t("admin.audit.anyAction") },
            ...actionsOf(filter.chain).map((action) => ({
              value: action,
              label: eventName(action),
            })),
          ]}
        />
        <TextInput
          type="date"
          label={t("admin.audit.since")}
          max={today()}
          value={filter.since}
          onChange={(event) => onChange({ ...filter, since: event.currentTarget.value })}
        />
        {filter.chain === "record" && (
          <>
            <TextInput
              label={t("admin.audit.patient")}
              value={patient}
              maxLength={64}
              onChange={(event) => setPatient(event.currentTarget.value)}
            />
            <Button type="submit" variant="default">
              {t("admin.audit.filter")}
            </Button>
          </>
        )}
        {(filter.actor || filter.patient || filter.action || filter.since) && (
          <Button
            variant="subtle"
            onClick={() => onChange({ ...filter, actor: "", patient: "", action: "", since: "" })}
          >
            {t("admin.audit.reset")}
          </Button>
        )}
      </Group>
    </form>
  );
}
