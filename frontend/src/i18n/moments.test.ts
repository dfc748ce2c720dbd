import { beforeAll, expect, it } from "vitest";
import { startLanguage } from ".";
import { modelPercent } from "./moments";

beforeAll(startLanguage);

it.each([
  [0.834, "83%"],
  [0.99, "99%"],
  [0.9951, "> 99%"],
  [1, "> 99%"],
  [0.01, "1%"],
  [0.0099, "< 1%"],
])("a model's probability of %d is shown as %s", (share, shown) => {
  expect(modelPercent(share)).toBe(shown);
});
