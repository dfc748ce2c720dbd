import { expect, it } from "vitest";
import { retirementOf } from "./retirement";

it("retires damaged releases by number and damaged versions by name, and nothing else", () => {
  expect(retirementOf("release 12")).toEqual({ number: 12 });
  expect(retirementOf("1.2.0")).toEqual({ version: "1.2.0" });
  expect(retirementOf("decision 3")).toBeNull();
  expect(retirementOf("release nonsense")).toBeNull();
});
