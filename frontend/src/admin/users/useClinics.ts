import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

/** As many as one can look through; the others are found by searching. */
const SHOWN = 50;

/** Clinics whose name matches `search`, by name. */
export function useClinics(search: string) {
  return useQuery({
    queryKey: ["admin", "clinics", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/admin/clinics", { params: { query: { search, limit: SHOWN } }, signal })),
    select: ({ items }) => items.toSorted((one, other) => one.name.localeCompare(other.name)),
    placeholderData: keepPreviousData,
  });
}
