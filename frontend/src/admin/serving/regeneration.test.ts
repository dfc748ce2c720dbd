import { expect, it } from "vitest";
import { outcome, progressOf } from "./regeneration";

const EARLIER = "01a20817-f471-731e-896b-230f70989781";
const ASKED = "01a20817-f471-731e-896b-330f70989781";
const LATER = "01a20818-0000-731e-896b-230f70989781";

const replica = (id: string, made: string | null, error: string | null = null) =>
  ({ id, regeneration: made && { id: made, passed: error === null, error } }) as never;

it("each replica is waited for until it tells of this request or of a later one", () => {
  const replicas = [
    replica("one", ASKED),
    replica("two", EARLIER),
    replica("three", null),
    replica("four", LATER, "the disk is full"),
  ];
  expect(progressOf(replicas, ASKED)).toEqual([
    { replica: "one", state: "done", error: null },
    { replica: "two", state: "waiting", error: null },
    { replica: "three", state: "waiting", error: null },
    { replica: "four", state: "failed", error: "the disk is full" },
  ]);
});

it("without a request the latest results are told, and nobody is waited for", () => {
  expect(progressOf([replica("one", EARLIER), replica("two", null)], null)).toEqual([
    { replica: "one", state: "done", error: null },
  ]);
});

it("it is done when all are, and has failed where one has", () => {
  const all = (...made: [string | null, string?][]) =>
    outcome(
      progressOf(
        made.map(([id, error]) => replica("one", id, error)),
        ASKED,
      ),
    );
  expect(all([ASKED], [ASKED])).toBe("done");
  expect(all([ASKED], [null])).toBe("waiting");
  expect(all([ASKED, "the disk is full"], [null])).toBe("waiting");
  expect(all([ASKED, "the disk is full"], [ASKED])).toBe("failed");
});
