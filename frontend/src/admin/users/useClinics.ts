import { useMemo } from "react";
import { useKnownUsers } from "./queries";

export interface Clinic {
  id: string;
  name: string;
}

/** The clinics that clinicians belong to, by name. */
export function useClinics(): Clinic[] {
  const { users } = useKnownUsers();
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const { clinic_id, clinic_name } of users) {
      if (clinic_id) names.set(clinic_id, clinic_name ?? clinic_id);
    }
    return [...names]
      .map(([id, name]) => ({ id, name }))
      .sort((one, other) => one.name.localeCompare(other.name));
  }, [users]);
}
