import { describe, expect, it } from "vitest";
import { addressOf, filterIn, queryOf, streamOf } from "./log_filter";

const filter = {
  service: "gateway",
  level: "warning",
  text: "redis & co",
  request_id: "",
  since: "2026-03-14",
} as const;

describe("the logs' filter", () => {
  it("comes back from the address as it went there", () => {
    expect(filterIn(addressOf(filter))).toEqual(filter);
  });

  it("knows no other levels than those there are", () => {
    expect(filterIn(new URLSearchParams("level=loud")).level).toBe("");
  });

  it("asks from midnight of this place on", () => {
    expect(queryOf(filter).since).toBe(new Date(2026, 2, 14).toISOString());
  });

  it("follows only what is new", () => {
    expect(streamOf(filter)).toBe(
      "/api/admin/logs/stream?service=gateway&level=warning&text=redis+%26+co",
    );
  });
});
