import { expect, it } from "vitest";
import { thresholdTexts } from "./probability_text";

it("a probability and its threshold are whole percentages", () => {
  expect(thresholdTexts(0.1832, 0.2153)).toEqual({ value: "18%", limit: "22%" });
});

it("neither is certain", () => {
  expect(thresholdTexts(0.0004, 0.2153).value).toBe("< 1%");
  expect(thresholdTexts(0.9997, 0.2153).value).toBe("> 99%");
});

it("both have a decimal where they would look alike", () => {
  expect(thresholdTexts(0.2201, 0.2153)).toEqual({ value: "22.0%", limit: "21.5%" });
});
