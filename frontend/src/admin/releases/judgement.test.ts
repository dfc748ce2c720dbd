import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { compared } from "./judgement";

const figure = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const figures: Schemas["ReferenceFigures"] = {
  cases: 12,
  malignant: 6,
  threshold: 0.2,
  least: 0.1,
  most: 0.9,
  auc: figure(0.8),
  sensitivity: figure(0.7),
  specificity: null,
  brier: 0.12,
  not_assessable: figure(0.1),
};
const judgement: Schemas["Judgement"] = {
  passed: true,
  error: null,
  errors: [],
  at: "2026-03-01T08:00:00Z",
  set_number: 1,
  figures,
  live_version: "1.0.0",
  live_figures: { ...figures, brier: 0.1 },
  margins: { auc: 0.1 },
  newly_benign: 0,
  newly_malignant: 0,
};

it("each figure stands beside the live version's and what was allowed", () => {
  const rows = compared(judgement);
  expect(rows.map(({ name }) => name)).toEqual([
    "sensitivity",
    "specificity",
    "auc",
    "brier",
    "not_assessable",
  ]);
  expect(rows[2]).toMatchObject({ found: { value: 0.8 }, live: { value: 0.8 }, margin: 0.1 });
  expect(rows[1]).toMatchObject({ found: null, margin: null });
  expect(rows[3]?.live?.value).toBe(0.1);
});

it("where nothing was answered there is nothing to compare", () => {
  expect(compared({ ...judgement, figures: null })).toEqual([]);
});
