import { describe, expect, it } from "vitest";
import { today } from "@/i18n/calendar";
import { emptyProfile, formOf, profileForm, profileOf } from "./profile_form";

const filled = { ...emptyProfile, record_number: "H-2041", full_name: "Renée Ångström" };

describe("a patient's profile form", () => {
  it("sends null where nothing was stated", () => {
    expect(profileOf(filled)).toEqual({
      record_number: "H-2041",
      full_name: "Renée Ångström",
      birth_date: null,
      sex: null,
      fitzpatrick_type: null,
      contact: "",
      risk_notes: "",
    });
  });

  it("comes back as it was filled in", () => {
    const form = {
      ...filled,
      birth_date: "1961-04-30",
      sex: "female",
      fitzpatrick_type: "2",
    } as const;
    expect(formOf(profileOf(form))).toEqual(form);
  });

  it("refuses a birth in the future and takes one of today", () => {
    expect(profileForm.safeParse({ ...filled, birth_date: "2999-01-01" }).success).toBe(false);
    expect(profileForm.safeParse({ ...filled, birth_date: today() }).success).toBe(true);
  });

  it("asks for a name and a record number", () => {
    const { error } = profileForm.safeParse({ ...emptyProfile, full_name: "  " });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["record_number", "full_name"]);
  });
});
