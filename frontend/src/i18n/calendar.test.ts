import { expect, it } from "vitest";
import { ageInYears, today } from "./calendar";

it("counts a year only from the birthday on", () => {
  expect(ageInYears("1961-04-30", new Date(2026, 3, 29))).toBe(64);
  expect(ageInYears("1961-04-30", new Date(2026, 3, 30))).toBe(65);
  expect(ageInYears("2026-01-01", new Date(2026, 0, 1))).toBe(0);
});

it("takes today's date from the clock on the wall", () => {
  expect(today(new Date(2026, 2, 4, 23, 59))).toBe("2026-03-04");
});
