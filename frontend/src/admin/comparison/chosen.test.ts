import { expect, it } from "vitest";
import { chosen } from "./chosen";

const VERSIONS = [
  { version: "1.2.0", desired: false },
  { version: "1.1.0", desired: true },
  { version: "1.0.0", desired: false },
];

it("compares the live version with the newest other one", () => {
  expect(chosen(VERSIONS, null, null)).toEqual(["1.1.0", "1.2.0"]);
});

it("compares what the address names", () => {
  expect(chosen(VERSIONS, "1.0.0", "1.2.0")).toEqual(["1.0.0", "1.2.0"]);
  expect(chosen(VERSIONS, null, "1.0.0")).toEqual(["1.1.0", "1.0.0"]);
});

it("never compares a version with itself, nor with one that is not there", () => {
  expect(chosen(VERSIONS, null, "1.1.0")).toEqual(["1.2.0", "1.1.0"]);
  expect(chosen(VERSIONS, "1.0.0", "1.0.0")).toEqual(["1.0.0", "1.2.0"]);
  expect(chosen(VERSIONS, "9.9.9", "1.0.0")).toEqual(["1.1.0", "1.0.0"]);
});
