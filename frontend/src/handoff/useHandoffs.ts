import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";

type Handoff = Schemas["Handoff"];
type List = Schemas["HandoffList"];

const KEY = ["handoffs"] as const;
/** While one is open: how late the computer may see that a phone came, or a photo. */
export const LIVE_MS = 2_000;

const ask = () => unwrap(api.GET("/handoffs"));

/** The account's open hand-off of a lesion; asked for only once somebody has wanted one here. */
export function useOpenHandoff(lesionId: string | null): Handoff | null {
  const { data } = useQuery<List>({
    queryKey: KEY,
    queryFn: ask,
    enabled: ({ state }) => state.data !== undefined,
    refetchInterval: ({ state }) => (state.data?.items.length ? LIVE_MS : false),
  });
  return data?.items.find(({ lesion_id }) => lesion_id === lesionId) ?? null;
}

/** Makes a link for a lesion; null where a phone has claimed one already. */
export function useMakeHandoff(lesionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { items } = await queryClient.query({ queryKey: KEY, queryFn: ask, staleTime: 0 });
      if (items.some(({ lesion_id, claimed_at }) => lesion_id === lesionId && claimed_at)) {
        return null;
      }
      const made = await unwrap(
        api.POST("/lesions/{lesion_id}/handoffs", { params: { path: { lesion_id: lesionId } } }),
      );
      const others = items.filter(({ lesion_id }) => lesion_id !== lesionId);
      queryClient.setQueryData<List>(KEY, { items: [made.handoff, ...others] });
      return made;
    },
  });
}

/** Ends a hand-off; one that has ended meanwhile is as good. */
export function useEndHandoff() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      const { error, response } = await api.DELETE("/handoffs/{handoff_id}", {
        params: { path: { handoff_id: id } },
      });
      if (response.status !== 404) await unwrap(Promise.resolve({ error, response }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
