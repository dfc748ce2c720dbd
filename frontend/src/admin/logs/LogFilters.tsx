import { Button, Group, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { today } from "@/i18n/calendar";
import { LEVELS, SERVICES, type LogFilter } from "./log_filter";

/** Which lines to show, and whether to follow new ones. Remounted when the filter changes. */
export function LogFilters({
  filter,
  isLive,
  onChange,
  onLive,
}: {
  filter: LogFilter;
  isLive: boolean;
  onChange: (filter: LogFilter) => void;
  onLive: (isLive: boolean) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(filter.text);
  const [requestId, setRequestId] = useState(filter.request_id);
  const change = (part: Partial<LogFilter>) =>
    onChange({ ...filter, text: text.trim(), request_id: requestId.trim(), ...part });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change({});
      }}
    >
      <Group align="flex-end">
        <TextInput
          flex="1 1 180px"
          type="search"
          label={t("admin.logs.text")}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("admin.logs.service")}
          value={filter.service}
          onChange={(event) => change({ service: event.currentTarget.value })}
          data={[{ value: "", label: t("admin.logs.allServices") }, ...SERVICES]}
        />
        <NativeSelect
          label={t("admin.logs.level")}
          value={filter.level}
          onChange={(event) =>
            change({ level: LEVELS.find((level) => level === event.currentTarget.value) ?? "" })
          }
          data={[
            { value: "", label: t("admin.logs.allLevels") },
            ...LEVELS.map((level) => ({ value: level, label: t(`admin.logs.levels.${level}`) })),
          ]}
        />
        <TextInput
          type="date"
          label={t("admin.logs.since")}
          max={today()}
          value={filter.since}
          onChange={(event) => change({ since: event.currentTarget.value })}
        />
        <TextInput
          flex="1 1 180px"
          type="search"
          label={t("admin.logs.requestId")}
          value={requestId}
          maxLength={64}
          onChange={(event) => setRequestId(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t("admin.logs.show")}
        </Button>
        <Switch
          mb={8}
          label={t("admin.logs.live")}
          checked={isLive}
          onChange={(event) => onLive(event.currentTarget.checked)}
        />
      </Group>
    </form>
  );
}
