import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { showDone } from "@/ui/notices";

const CLINIC = ["clinic"] as const;
const TEAM = [...CLINIC, "team"] as const;

export function useLetterhead() {
  return useQuery({
    queryKey: CLINIC,
    queryFn: ({ signal }) => unwrap(api.GET("/clinic", { signal })),
  });
}

export function useTeam() {
  return useQuery({
    queryKey: TEAM,
    queryFn: ({ signal }) => unwrap(api.GET("/clinic/team", { signal })),
  });
}

/** A change of the clinic or its team, after which both are read anew. */
export function useClinicChange<Variables>(
  change: (variables: Variables) => Promise<unknown>,
  done: (variables: Variables) => string,
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (_, variables) => showDone(done(variables)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: CLINIC }),
  });
}
