export interface AuditFilter {
  chain: "identity" | "record";
  actor: string;
  patient: string;
  action: string;
  /** A local date, as 2026-03-14; "" for all. */
  since: string;
}

/** Reads the filter from the page's address. */
export function filterIn(address: URLSearchParams): AuditFilter {
  const patient = address.get("patient") ?? "";
  return {
    // Only the record's chain knows patients.
    chain: patient || address.get("chain") === "record" ? "record" : "identity",
    actor: address.get("actor") ?? "",
    patient,
    action: address.get("action") ?? "",
    since: address.get("since") ?? "",
  };
}

/** The address of a filter; empty fields are left out. */
export function addressOf(filter: AuditFilter): URLSearchParams {
  const address = new URLSearchParams({ tab: "audit" });
  for (const [name, value] of Object.entries(filter)) if (value) address.set(name, String(value));
  return address;
}

/** The API's query. A day begins at local midnight. */
export function queryOf({ since, ...filter }: AuditFilter) {
  return { ...filter, since: since ? new Date(`${since}T00:00:00`).toISOString() : undefined };
}
