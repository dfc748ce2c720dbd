import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { MODELS } from "../releases/queries";

/** Two versions side by side; nothing while one of them isn't chosen. */
export function useComparison(version: string, other: string) {
  return useQuery({
    queryKey: [...MODELS, version, "compared with", other],
    queryFn: async ({ signal }) => {
      const found: unknown = await unwrap(
        api.GET("/admin/models/{version}/compared-with/{other}", {
          params: { path: { version, other } },
          signal,
        }),
      );
      // The client's types forget how many curves there are.
      return found as Schemas["ModelComparison"];
    },
    enabled: version !== "" && other !== "",
  });
}
