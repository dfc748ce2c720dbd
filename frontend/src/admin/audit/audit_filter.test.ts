import { describe, expect, it } from "vitest";
import { addressOf, filterIn, queryOf } from "./audit_filter";

const filter = {
  chain: "record",
  actor: "a1",
  patient: "p1",
  action: "patient.viewed",
  since: "2026-03-14",
} as const;

describe("the audit's filter", () => {
  it("comes back from the address as it went there", () => {
    expect(filterIn(addressOf(filter))).toEqual(filter);
  });

  it("shows accounts where the address says nothing", () => {
    expect(filterIn(new URLSearchParams("tab=audit")).chain).toBe("identity");
  });

  it("looks for a patient in the record", () => {
    expect(filterIn(new URLSearchParams("patient=p1")).chain).toBe("record");
  });

  it("asks from midnight of this place on", () => {
    expect(queryOf(filter).since).toBe(new Date(2026, 2, 14).toISOString());
    expect(queryOf({ ...filter, since: "" }).since).toBeUndefined();
  });
});
