import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";

/**
 * The card of a version that answered; it never changes. With a threshold, as it holds for an
 * answer with this one: the version may compute in two ways.
 */
export const clinicalCardQuery = (version: string | undefined, threshold: number | null = null) =>
  queryOptions({
    queryKey: ["model card", version, threshold],
    queryFn: async () => {
      const card: unknown = await unwrap(
        api.GET("/models/{version}/card", {
          params: { path: { version: version ?? "" }, query: { threshold } },
        }),
      );
      // The client's types forget how long the confusion table's rows are.
      return card as Schemas["ClinicalCard"];
    },
    enabled: version !== undefined,
    staleTime: Infinity,
  });

export function useClinicalCard(version: string | undefined, threshold: number | null) {
  return useQuery(clinicalCardQuery(version, threshold));
}
