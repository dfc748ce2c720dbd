import i18next from "i18next";
import { z } from "zod";
import { email } from "@/ui/form_rules";

export const ROLES = ["clinician", "ml_engineer", "admin"] as const;

const fields = { role: z.enum(ROLES), clinic_id: z.string() };

export type RoleForm = z.infer<z.ZodObject<typeof fields>>;

/** A clinician belongs to a clinic; the other roles see no patient, so they belong to none. */
const hasItsClinic = ({ role, clinic_id }: RoleForm) => role !== "clinician" || clinic_id !== "";
const missing = { path: ["clinic_id"], error: () => i18next.t("admin.users.clinicNeeded") };

export const roleForm = z.object(fields).refine(hasItsClinic, missing);
export const invitationForm = z.object({ ...fields, email }).refine(hasItsClinic, missing);

/** The API's value: no clinic for a role that has none. */
export function clinicOf({ role, clinic_id }: RoleForm): string | null {
  return role === "clinician" ? clinic_id : null;
}
