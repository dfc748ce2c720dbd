import type { ComponentType } from "react";

/** A page as a part of the client of its own. */
export interface PagePart {
  /** Fetches it, once. */
  load: () => Promise<{ default: ComponentType }>;
  /** The page, once it is there. */
  loaded: () => ComponentType | null;
}

export function part(fetch: PagePart["load"]): PagePart {
  let loaded: ComponentType | null = null;
  return {
    load: async () => {
      const found = await fetch();
      loaded = found.default;
      return found;
    },
    loaded: () => loaded,
  };
}

/** The pages behind the sign-in, each fetched when it is first opened or likely to be. */
export const pageParts = {
  dashboard: part(() => import("@/dashboard/DashboardPage")),
  worklist: part(() => import("@/worklist/WorklistPage")),
  patients: part(() => import("@/patients/PatientsPage")),
  patient: part(() => import("@/patient/PatientPage")),
  profile: part(() => import("@/profile/ProfilePage")),
  clinic: part(() => import("@/clinic/ClinicPage")),
  comparison: part(() => import("@/admin/comparison/ComparePage")),
  admin: part(() => import("@/admin/AdminPage")),
};
