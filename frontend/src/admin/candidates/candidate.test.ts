import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { asPercent, automaticWithdrawal, judgement, notReady, candidateSince } from "./candidate";

type Release = Schemas["Release"];

/** A log of such entries, the first being the oldest; given as the server gives it. */
function log(...entries: Partial<Release>[]): Release[] {
  return entries
    .map((entry, index) => ({
      number: index + 1,
      version: "1.0.0",
      kind: "release" as const,
      percent: 0,
      by: "somebody",
      at: `2026-03-0${index + 1}T08:00:00Z`,
      why: "",
      judgement: null,
      ...entry,
    }))
    .reverse();
}

const canary = (percent: number) => ({ version: "1.1.0", kind: "canary" as const, percent });
const shadow = { version: "1.1.0", kind: "shadow" as const };
const withdrawal = { version: "1.1.0", kind: "withdrawal" as const };

it("a canary has begun with its first share, and not before it was withdrawn or a shadow", () => {
  const begun = (releases: Release[]) => {
    const [newest] = releases;
    return newest && candidateSince(releases, newest).slice(0, 10);
  };
  expect(begun(log({}, canary(5), canary(20)))).toBe("2026-03-02");
  expect(begun(log({}, canary(5), withdrawal, canary(5)))).toBe("2026-03-04");
  expect(begun(log({}, shadow, canary(5)))).toBe("2026-03-03");
  expect(begun(log(canary(5), canary(20)))).toBe("2026-03-01");
});

it("only a withdrawal by the gateway that nothing followed is one by itself", () => {
  const byItself = { ...withdrawal, by: "gateway" };
  expect(automaticWithdrawal(log({}, canary(5), byItself))?.number).toBe(3);
  expect(automaticWithdrawal(log({}, canary(5), withdrawal))).toBeNull();
  expect(automaticWithdrawal(log({}, canary(5), byItself, canary(1)))).toBeNull();
  expect(automaticWithdrawal([])).toBeNull();
});

it("each replica that does not hold the candidate as what it is says why", () => {
  const replica = (id: string, held: Partial<Schemas["Replica"]>) =>
    ({ id, candidate: null, loaded_versions: ["1.0.0"], last_error: null, ...held }) as never;
  const [asked] = log(canary(5));
  if (!asked) throw new Error("the log is empty");
  expect(
    notReady(
      [
        replica("ready", { candidate: { ...canary(1) } }),
        replica("other kind", { candidate: { ...shadow, percent: 0 } }),
        replica("loading", { loaded_versions: ["1.0.0", "1.1.0"] }),
        replica("full", { loaded_versions: ["0.9.0", "1.0.0"] }),
        replica("failing", { last_error: "golden_00.jpg is off" }),
      ],
      asked,
    ),
  ).toEqual([
    { replica: "other kind", why: "soon", error: null },
    { replica: "loading", why: "loading", error: null },
    { replica: "full", why: "noRoom", error: null },
    { replica: "failing", why: "soon", error: "golden_00.jpg is off" },
  ]);
});

it("a canary's time is judged only once both versions were asked often enough", () => {
  const rule = { min_requests: 30, error_margin: 0.05, latency_ratio: 1.5 };
  const asked = (ofCanary: number, ofLive: number) => {
    const figures = (requests: number) => ({ requests, failed: 0, median_ms: 30 });
    const canary = figures(ofCanary);
    return judgement({ version: "1.1.0", percent: 5, canary, live: figures(ofLive) }, rule);
  };
  expect(asked(29, 400)).toBe("nothing");
  expect(asked(30, 29)).toBe("failures");
  expect(asked(30, 30)).toBe("all");
});

it("a share is a whole number from 1 to 99", () => {
  expect([1, 99, "25"].map(asPercent)).toEqual([1, 99, 25]);
  expect(["", 0, 100, 2.5, "x", "-"].map(asPercent)).toEqual([null, null, null, null, null, null]);
});
