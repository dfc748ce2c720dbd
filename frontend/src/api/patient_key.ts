/** Query key of one patient: invalidating it refetches everything below it. */
export const patientKey = (id: string) => ["patient", id] as const;
