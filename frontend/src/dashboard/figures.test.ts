import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { entryWith, reviewWith } from "@/testing/records";
import { figuresOf, weeksOf } from "./figures";

type Review = Schemas["Review"];
const ANSWERED = "2026-03-10T08:00:00Z";

function judged(
  verdict: Review["verdict"] | null,
  label: "benign" | "malignant" | null,
  hours = 1,
  at = ANSWERED,
): Schemas["WorklistEntry"] {
  const given_on = {
    detection_id: "d-1",
    model_name: "lesion",
    model_version: "1.1.2",
    label,
    probability_malignant: 0.5,
    assessable: label !== null,
  };
  const created_at = new Date(Date.parse(at) + hours * 3_600_000).toISOString();
  return entryWith(
    { label, created_at: at, finished_at: at },
    { review: verdict && reviewWith({ verdict, given_on, created_at }) },
  );
}

it("counts who agreed with the model, what was found, and how long verdicts took", () => {
  const found = figuresOf([
    judged("agrees", "malignant", 1),
    judged("agrees", "benign", 2),
    judged("benign", "malignant", 3),
    judged("biopsy_malignant", "malignant", 10),
    judged("malignant", null, 4),
    judged(null, "benign"),
  ]);
  expect(found).toEqual({ verdicts: 4, agreed: 3, malignant: 3, hours: 3 });
});

it("says nothing of how long it took where there is no verdict, or a later answer", () => {
  expect(figuresOf([]).hours).toBeNull();
  expect(figuresOf([judged("benign", "benign", -5)]).hours).toBeNull();
});

it("puts each photo into its week, the newest last", () => {
  const now = Date.parse("2026-03-14T00:00:00Z");
  const weeks = weeksOf(
    [judged("malignant", "malignant"), judged("benign", "benign", 1, "2026-03-04T08:00:00Z")],
    3,
    now,
  );
  expect(weeks.map(({ verdicts, malignant }) => [verdicts, malignant])).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
});
