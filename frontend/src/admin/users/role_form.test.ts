import { describe, expect, it } from "vitest";
import { clinicOf, invitationForm, roleForm } from "./role_form";

describe("a role's form", () => {
  it("asks for a clinician's clinic, and for nobody else's", () => {
    expect(roleForm.safeParse({ role: "clinician", clinic_id: "" }).success).toBe(false);
    expect(roleForm.safeParse({ role: "clinician", clinic_id: "c1" }).success).toBe(true);
    expect(roleForm.safeParse({ role: "admin", clinic_id: "" }).success).toBe(true);
  });

  it("sends no clinic with a role that has none", () => {
    expect(clinicOf({ role: "ml_engineer", clinic_id: "c1" })).toBeNull();
    expect(clinicOf({ role: "clinician", clinic_id: "c1" })).toBe("c1");
  });

  it("wants an address to invite", () => {
    const invitation = { role: "admin", clinic_id: "", email: "nobody" };
    expect(invitationForm.safeParse(invitation).success).toBe(false);
    expect(invitationForm.safeParse({ ...invitation, email: "a@b.example" }).success).toBe(true);
  });
});
