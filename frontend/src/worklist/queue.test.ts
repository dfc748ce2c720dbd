import { expect, it } from "vitest";
import { detectionWith, entryWith } from "@/testing/records";
import { arranged, type Entry } from "./queue";

type Part = Parameters<typeof detectionWith>[0];
const entry = (id: string, part: Part): Entry =>
  entryWith({ id, ...part }, { full_name: id, uploaded_by: "" });
const HIGH = { zone: "above", label: "malignant" } as const;
const ENTRIES = [
  entry("new", { ...HIGH, probability_malignant: 0.7, created_at: "2026-03-02T10:00:00Z" }),
  entry("old", {
    ...HIGH,
    probability_malignant: 0.9,
    created_at: "2026-03-01T10:00:00Z",
    requested_by: "me",
  }),
  entry("blank", {
    assessable: false,
    label: null,
    probability_malignant: null,
    created_at: "2026-03-03T10:00:00Z",
  }),
];
const ids = (part: Partial<Parameters<typeof arranged>[1]>) =>
  arranged(ENTRIES, { zone: "any", order: "risk", mine: null, ...part }).map(
    ({ full_name }) => full_name,
  );

it("what is most likely malignant comes first, what can't be assessed last", () => {
  expect(ids({})).toEqual(["old", "new", "blank"]);
  expect(ids({ order: "newest" })).toEqual(["blank", "new", "old"]);
});

it("a filter keeps one zone, what can't be assessed, or one's own", () => {
  expect(ids({ zone: "above" })).toEqual(["old", "new"]);
  expect(ids({ zone: "unassessable" })).toEqual(["blank"]);
  expect(ids({ mine: "me" })).toEqual(["old"]);
});

it("what is overdue is kept apart, and what was to be seen first comes first", () => {
  const due = [
    { ...entry("soon", HIGH), due_on: "2026-03-20" },
    { ...entry("never", HIGH) },
    { ...entry("late", HIGH), due_on: "2026-02-01" },
  ];
  const part = { zone: "any", mine: null } as const;
  const names = (found: Entry[]) => found.map(({ full_name }) => full_name);
  expect(names(arranged(due, { ...part, order: "due" }))).toEqual(["late", "soon", "never"]);
  const overdue = arranged(due, { ...part, order: "risk", overdueOn: "2026-03-10" });
  expect(names(overdue)).toEqual(["late"]);
});
