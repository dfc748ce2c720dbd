import { expect, it } from "vitest";
import { entryWith } from "@/testing/records";
import { arranged, type Entry } from "./order";

type Finding = Parameters<typeof entryWith>[0];
type Part = Parameters<typeof entryWith>[1];

/** A photo of a lesion of its own, unless a lesion is named. */
const entry = (id: string, finding: Finding = {}, part: Part = {}): Entry =>
  entryWith(
    { id, image_id: id, lesion_id: `lesion of ${id}`, ...finding },
    { full_name: id, uploaded_by: "", ...part },
  );
const HIGH = { zone: "above", label: "malignant" } as const;
const ENTRIES = [
  entry("new", { ...HIGH, probability_malignant: 0.7, created_at: "2026-03-02T10:00:00Z" }),
  entry("well", { created_at: "2026-03-01T09:00:00Z" }),
  entry("old", { ...HIGH, probability_malignant: 0.9, created_at: "2026-03-01T10:00:00Z" }),
  entry("blank", {
    assessable: false,
    label: null,
    probability_malignant: null,
    created_at: "2026-03-03T10:00:00Z",
  }),
];
const WANTED = { zone: "any", order: "risk", whose: "all", me: "me", day: "2026-03-10" } as const;
const names = (entries: Entry[], part: Partial<Parameters<typeof arranged>[1]> = {}) =>
  arranged(entries, { ...WANTED, ...part }).map(({ full_name }) => full_name);

it("what is most likely malignant comes first, what looks well last", () => {
  expect(names(ENTRIES)).toEqual(["old", "new", "blank", "well"]);
  expect(names(ENTRIES, { order: "newest" })).toEqual(["blank", "new", "old", "well"]);
});

it("of the same zone what is overdue comes first, whatever its probability", () => {
  const late = entry("late", { ...HIGH, probability_malignant: 0.5 }, { due_on: "2026-03-09" });
  const soon = entry("soon", { ...HIGH, probability_malignant: 0.5 }, { due_on: "2026-03-12" });
  expect(names([...ENTRIES, soon, late])).toEqual(["late", "old", "new", "soon", "blank", "well"]);
});

it("the photos of a lesion stand together, where the first of them is", () => {
  const of = { lesion_id: "mole" };
  const mole = [
    entry("mole, low", { ...HIGH, ...of, probability_malignant: 0.3 }),
    entry("mole, high", { ...HIGH, ...of, probability_malignant: 0.8 }),
    entry("mole, well", of),
  ];
  expect(names([...ENTRIES, ...mole])).toEqual([
    "old",
    "mole, high",
    "mole, low",
    "mole, well",
    "new",
    "blank",
    "well",
  ]);
  const unsorted = ["a", "b"].map((id) => entry(id, { ...HIGH, lesion_id: null }));
  expect(names(unsorted, { order: "newest" })).toEqual(["a", "b"]);
});

it("a filter keeps one zone, or what can't be assessed", () => {
  expect(names(ENTRIES, { zone: "above" })).toEqual(["old", "new"]);
  expect(names(ENTRIES, { zone: "unassessable" })).toEqual(["blank"]);
});

it("mine is what is assigned to me, and what I uploaded and nobody was given", () => {
  const some = [
    entry("given to me", {}, { assigned_to: "me", uploaded_by: "grace" }),
    entry("my upload", {}, { uploaded_by: "me" }),
    entry("my upload, Grace's now", {}, { uploaded_by: "me", assigned_to: "grace" }),
    entry("somebody's upload", {}, { uploaded_by: "grace" }),
  ];
  expect(names(some, { whose: "mine" })).toEqual(["given to me", "my upload"]);
  expect(names(some, { whose: "grace" })).toEqual(["my upload, Grace's now"]);
  expect(names(some, { whose: "nobody" })).toEqual(["my upload", "somebody's upload"]);
});

it("what is overdue is kept apart, and what was to be seen first comes first", () => {
  const due = [
    entry("soon", HIGH, { due_on: "2026-03-20" }),
    entry("never", HIGH),
    entry("late", HIGH, { due_on: "2026-02-01" }),
  ];
  expect(names(due, { order: "due" })).toEqual(["late", "soon", "never"]);
  expect(names(due, { isOverdue: true })).toEqual(["late"]);
});
