import i18next from "i18next";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem, unreachable } from "@/api/problem";
import { chooseLanguage, startLanguage } from "@/i18n";
import de from "@/i18n/de";
import en from "@/i18n/en";
import { problemText } from "./notices";

beforeAll(() => startLanguage());
afterAll(() => chooseLanguage("en"));

test("a refusal is told in the reader's language, not in the server's words", async () => {
  const refused = new Problem(409, "PATIENT_ARCHIVED", "This patient is archived.");
  await chooseLanguage("en");
  expect(problemText(refused)).toBe(en.reasons.PATIENT_ARCHIVED);
  await chooseLanguage("de");
  expect(problemText(refused)).toBe(de.reasons.PATIENT_ARCHIVED);
  expect(problemText(unreachable())).toBe(de.reasons.UNREACHABLE);
});

test("a reason that only a newer server gives is told in its words", () => {
  expect(problemText(new Problem(409, "MOON_IS_FULL", "Wait for the new moon."))).toBe(
    "Wait for the new moon.",
  );
});

test("what is no answer of the server is our own failure", () => {
  expect(problemText(new TypeError("x is undefined"))).toBe(i18next.t("reasons.INTERNAL"));
});

test("no German text was left in English", () => {
  const same = Object.entries(en.reasons).filter(
    ([reason, text]) => de.reasons[reason as keyof typeof en.reasons] === text,
  );
  expect(same).toEqual([]);
});
