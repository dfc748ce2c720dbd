import { afterEach, describe, expect, it } from "vitest";
import { draftOf, forgetDrafts, keepDraft } from "./drafts";

afterEach(() => sessionStorage.clear());

describe("drafts", () => {
  it("belong to one account and one place", () => {
    keepDraft("ada", "verdict i-1", { note: "Regular network." });
    expect(draftOf("ada", "verdict i-1")).toEqual({ note: "Regular network." });
    expect(draftOf("noor", "verdict i-1")).toBeNull();
    expect(draftOf("ada", "verdict i-2")).toBeNull();
  });

  it("are gone after signing out, and nothing else is", () => {
    sessionStorage.setItem("other", "kept");
    keepDraft("ada", "verdict i-1", { note: "Regular network." });
    forgetDrafts();
    expect(draftOf("ada", "verdict i-1")).toBeNull();
    expect(sessionStorage.getItem("other")).toBe("kept");
  });

  it("that can't be read count as none", () => {
    sessionStorage.setItem("dermis.draft.ada.verdict i-1", "{");
    expect(draftOf("ada", "verdict i-1")).toBeNull();
  });
});
