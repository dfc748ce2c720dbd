import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";

/** The card of a version that answered; it never changes. */
export const clinicalCardQuery = (version: string | undefined) =>
  queryOptions({
    queryKey: ["model card", version],
    queryFn: async () => {
      const card: unknown = await unwrap(
        api.GET("/models/{version}/card", { params: { path: { version: version ?? "" } } }),
      );
      // The client's types forget how long the confusion table's rows are.
      return card as Schemas["ClinicalCard"];
    },
    enabled: version !== undefined,
    staleTime: Infinity,
  });

export function useClinicalCard(version: string | undefined) {
  return useQuery(clinicalCardQuery(version));
}
