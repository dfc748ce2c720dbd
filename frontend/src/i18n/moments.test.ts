import { beforeAll, expect, it } from "vitest";
import { startLanguage } from ".";
import { modelPercent } from "./moments";

beforeAll(startLanguage);

it.each([
  [0.834, "83.4%"],
  [0.999, "99.9%"],
  [0.9991, "> 99.9%"],
  [1, "> 99.9%"],
  [0.001, "0.1%"],
  [0.0009, "< 0.1%"],
])("a model's probability of %d is shown as %s", (share, shown) => {
  expect(modelPercent(share)).toBe(shown);
});
