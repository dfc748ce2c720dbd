import { expect, it } from "vitest";
import de from "@/i18n/de";
import en from "@/i18n/en";
import { inWords, KNOWN_DIAGNOSES } from "./diagnoses";

it("an unknown diagnosis is written as words", () => {
  expect(inWords("spitz_nevus")).toBe("Spitz nevus");
  expect(inWords("")).toBe("");
});

it("every known diagnosis has a name in each language", () => {
  for (const { finding } of [en, de]) {
    expect(Object.keys(finding.diagnosis).sort()).toEqual([...KNOWN_DIAGNOSES].sort());
  }
});
