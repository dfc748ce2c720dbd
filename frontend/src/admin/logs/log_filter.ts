import type { Schemas } from "@/api/client";

export const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export const SERVICES = ["gateway", "auth_service", "patient_service", "follower"] as const;

export interface LogFilter {
  service: string;
  level: "" | Schemas["LogLine"]["level"];
  text: string;
  request_id: string;
  /** A local date, as 2026-03-14; "" for all. */
  since: string;
}

const NAMES = ["service", "text", "request_id", "since"] as const;

/** Reads the filter from the page's address. */
export function filterIn(address: URLSearchParams): LogFilter {
  const level = LEVELS.find((known) => known === address.get("level")) ?? "";
  const [service = "", text = "", request_id = "", since = ""] = NAMES.map(
    (name) => address.get(name) ?? "",
  );
  return { service, level, text, request_id, since };
}

/** The address of a filter; empty fields are left out. */
export function addressOf(filter: LogFilter): URLSearchParams {
  return new URLSearchParams({ tab: "logs", ...withoutBlanks(filter) });
}

/** The API's query. A day begins at local midnight. */
export function queryOf({ since, level, ...rest }: LogFilter) {
  return {
    ...rest,
    level: level || undefined,
    since: since ? new Date(`${since}T00:00:00`).toISOString() : undefined,
  };
}

/** The path of the stream of matching lines, from now on. */
export function streamOf({ service, level, text, request_id }: LogFilter): string {
  const query = new URLSearchParams(withoutBlanks({ service, level, text, request_id }));
  return `/api/admin/logs/stream?${query}`;
}

function withoutBlanks(filter: Partial<LogFilter>): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
}
