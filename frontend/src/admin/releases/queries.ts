import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";

export const MODELS = ["admin", "models"] as const;

/** A canary may be withdrawn automatically at any moment. */
const CANDIDATE_MS = 5_000;
const AGREEMENT_MS = 3_000;

/** The versions, the release log and the candidate; polled while there is a candidate. */
export function useModels() {
  return useQuery({
    queryKey: MODELS,
    queryFn: ({ signal }) => unwrap(api.GET("/admin/models", { signal })),
    refetchInterval: ({ state }) => (state.data?.candidate ? CANDIDATE_MS : false),
  });
}

/** How a shadow's answers compare with the live version's, as photos come in. */
export function useAgreement(version: string) {
  return useQuery({
    queryKey: [...MODELS, version, "agreement"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/admin/models/{version}/agreement", { params: { path: { version } }, signal }),
      ),
    refetchInterval: AGREEMENT_MS,
  });
}

/** One version with its card. */
export function useModel(version: string) {
  return useQuery({
    queryKey: [...MODELS, version],
    queryFn: async ({ signal }) => {
      const model: unknown = await unwrap(
        api.GET("/admin/models/{version}", { params: { path: { version } }, signal }),
      );
      // The client's types forget how long the confusion table's rows are.
      return model as Schemas["ModelDetails"];
    },
  });
}

/**
 * Refetches everything about models. A first fetch that is still under way is ended before: it would
 * count as the refetch, and show what was there before the change.
 */
export function useModelsChanged() {
  const queryClient = useQueryClient();
  return async () => {
    await queryClient.cancelQueries({ queryKey: MODELS });
    await queryClient.invalidateQueries({ queryKey: MODELS });
  };
}
