import { Anchor, Code, Group, Stack, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBug,
  IconExclamationCircle,
  IconFlame,
  IconInfoCircle,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Schemas } from "@/api/client";
import { LiveBadge } from "@/ui/LiveBadge";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { StateBadge } from "@/ui/StateBadge";
import { EmptyState } from "@/ui/States";
import { addressOf, filterIn, type LogFilter } from "./log_filter";
import { LogFilters } from "./LogFilters";
import classes from "./LogsTab.module.css";
import { timeOf } from "./time_of";
import { useLogLines } from "./useLogLines";

/** The logs of all services. The address holds the filter. */
export function LogsTab() {
  const [address, setAddress] = useSearchParams();
  const [isLive, setIsLive] = useState(true);
  const filter = filterIn(address);
  const key = addressOf(filter).toString();
  const show = (next: LogFilter) => setAddress(addressOf(next));
  return (
    <Stack>
      <LogFilters
        key={`filters ${key}`}
        filter={filter}
        isLive={isLive}
        onChange={show}
        onLive={setIsLive}
      />
      <Lines key={key} filter={filter} isLive={isLive} onFilter={show} />
    </Stack>
  );
}

function Lines({
  filter,
  isLive,
  onFilter,
}: {
  filter: LogFilter;
  isLive: boolean;
  onFilter: (filter: LogFilter) => void;
}) {
  const { t } = useTranslation();
  const { past, isOpen, lines } = useLogLines(filter, isLive);
  return (
    <>
      {isLive && (
        <Group>
          <LiveBadge isLive={isOpen} />
        </Group>
      )}
      <QueryState query={past} rows={8} height={30} />
      {lines?.length === 0 && (
        <EmptyState title={isLive ? t("admin.logs.waiting") : t("admin.logs.none")} />
      )}
      {lines && lines.length > 0 && (
        <ul className={classes.lines} aria-label={t("admin.logs.table")}>
          {lines.map((line) => (
            <Line
              key={line.id}
              line={line}
              onRequest={(request_id) => onFilter({ ...filter, request_id })}
            />
          ))}
        </ul>
      )}
      <MoreButton list={past} />
    </>
  );
}

const LOOKS = {
  debug: [IconBug, "gray"],
  info: [IconInfoCircle, "cyan"],
  warning: [IconAlertTriangle, "yellow"],
  error: [IconExclamationCircle, "red"],
  critical: [IconFlame, "red"],
} as const;

function Line({
  line,
  onRequest,
}: {
  line: Schemas["LogLine"];
  onRequest: (requestId: string) => void;
}) {
  const { t } = useTranslation();
  const [Icon, color] = LOOKS[line.level];
  const { request_id } = line;
  return (
    <li className={classes.line}>
      <Text size="sm" c="dimmed">
        <time dateTime={line.at}>{timeOf(line.at)}</time>
      </Text>
      <div>
        <StateBadge icon={Icon} color={color}>
          {t(`admin.logs.levels.${line.level}`)}
        </StateBadge>
      </div>
      <Text size="sm">{line.service}</Text>
      <div className={classes.fields}>
        <Text size="sm" fw={500} span>
          {line.event}
        </Text>{" "}
        {Object.entries(line.fields).map(([name, value]) => (
          <Code key={name} mr={4}>
            {name}={typeof value === "string" ? value : JSON.stringify(value)}
          </Code>
        ))}
        {request_id && (
          <Anchor
            component="button"
            size="xs"
            title={t("admin.logs.onlyRequest")}
            onClick={() => onRequest(request_id)}
          >
            {t("shell.requestId", { id: request_id.slice(-8) })}
          </Anchor>
        )}
      </div>
    </li>
  );
}
