import { beforeAll, describe, expect, it } from "vitest";
import { startLanguage } from "@/i18n";
import { changeName, fieldNames } from "./change_name";

const change = {
  id: "1",
  lesion_id: null,
  action: "updated",
  fields: ["contact", "risk_notes"],
  author_id: "2",
  created_at: "2026-03-14T09:26:53.589Z",
};

describe("a change in the history", () => {
  beforeAll(startLanguage);

  it("is told in words", () => {
    expect(changeName(change)).toBe("Profile changed");
    expect(fieldNames(change)).toBe("Contact, Risk factors");
    expect(changeName({ ...change, action: "created", lesion_id: "3" })).toBe("Lesion added");
  });

  it("keeps its own name where there are no words yet", () => {
    expect(changeName({ ...change, action: "transferred" })).toBe("transferred");
    expect(fieldNames({ ...change, fields: ["blood_type"] })).toBe("blood_type");
  });
});
