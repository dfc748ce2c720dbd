import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { show } from "@/testing/show";
import { OtherDifferences } from "./OtherDifferences";
import { TrainingDifferences } from "./TrainingDifferences";

const NAMES: [string, string] = ["1.1.3", "1.2.0"];

function comparison(card_changes: Schemas["CardChange"][]) {
  return { card_figures: [], card_changes } as unknown as Schemas["ModelComparison"];
}

const CHANGES = [
  { field: "data", first: [], second: ["Lesions of four cameras"] },
  { field: "threshold", first: ["0.2"], second: ["0.3"] },
  { field: "training.steps", first: ["2600"], second: ["2000"] },
  { field: "training.diagnoses_weight", first: [], second: ["0.3"] },
];

it("shows data and recipe of both versions side by side, and no other field", async () => {
  await show(<TrainingDifferences found={comparison(CHANGES)} names={NAMES} />);
  const table = within(screen.getByRole("table", { name: "How they were trained" }));
  expect(table.getByText("steps")).toBeVisible();
  expect(table.getByText("diagnoses weight")).toBeVisible();
  expect(table.getByText("Lesions of four cameras")).toBeVisible();
  expect(table.queryByText("threshold")).toBeNull();
});

it("shows the training once: not among what else the cards say", async () => {
  await show(<OtherDifferences found={comparison(CHANGES)} names={NAMES} />);
  expect(screen.getByText("threshold")).toBeVisible();
  expect(screen.queryByText(/steps/)).toBeNull();
});

it("shows as much of a digest as tells it from another", async () => {
  const change = { field: "training.started_from", first: [], second: ["b6beaec3".repeat(8)] };
  await show(<TrainingDifferences found={comparison([change])} names={NAMES} />);
  expect(screen.getByText("b6beaec3b6be…")).toBeVisible();
});

it("says so where both were trained alike", async () => {
  await show(<TrainingDifferences found={comparison([])} names={NAMES} />);
  expect(screen.getByText("The cards state the same training for both.")).toBeVisible();
});
