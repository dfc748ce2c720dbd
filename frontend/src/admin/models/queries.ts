import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, told, type Schemas } from "@/api/client";

export const MODELS = ["admin", "models"] as const;

/** The versions and the release log. */
export function useModels() {
  return useQuery({
    queryKey: MODELS,
    queryFn: ({ signal }) => told(api.GET("/admin/models", { signal })),
  });
}

/** One version with its card. */
export function useModel(version: string) {
  return useQuery({
    queryKey: [...MODELS, version],
    queryFn: async ({ signal }) => {
      const model: unknown = await told(
        api.GET("/admin/models/{version}", { params: { path: { version } }, signal }),
      );
      // The client's types forget how long the confusion table's rows are.
      return model as Schemas["ModelDetails"];
    },
  });
}

/** Has everything about models asked for anew. */
export function useModelsChanged() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: MODELS });
}
