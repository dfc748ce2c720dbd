import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { forgetLink, takeLink, type Link } from "./link";

const claim = ({ secret, key }: Link) =>
  unwrap(api.POST("/auth/claim-handoff", { body: { secret, key } }));

const lesionOf = (token: string) =>
  unwrap(api.GET("/hand-in", { headers: { authorization: `Bearer ${token}` } }));

/** The hand-off that this phone has opened: until when, of which lesion, and the token for it. */
export function useHandIn() {
  const queryClient = useQueryClient();
  const [link] = useState(takeLink);
  const queryKey = ["hand-in", link?.secret];
  const ask = async () => {
    if (!link) throw new Error("There is no link to claim.");
    const claimed = await claim(link);
    return { ...claimed, lesion: await lesionOf(claimed.token) };
  };
  const claimed = useQuery({
    queryKey,
    queryFn: ask,
    enabled: link !== null,
    staleTime: Infinity,
    retry: false,
  });
  return {
    hasLink: link !== null,
    claimed,
    forget: forgetLink,
    /** The token; asked for anew where one was refused, which ends where the hand-off has. */
    token: async (refused?: string) => {
      if (refused === undefined && claimed.data) return claimed.data.token;
      const again = await queryClient.query({ queryKey, queryFn: ask, staleTime: 0 });
      return again.token;
    },
  };
}
