import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap } from "@/api/client";
import { useUser } from "@/session/useSession";

export const USERS = ["admin", "users"] as const;

const UUID = /^[0-9a-f-]{36}$/;
const PAGE_SIZE = 50;
/** The largest page that the API gives. */
const MOST = 200;

/** Accounts whose name or address matches `search`, newest first, page by page. */
export function useUsers(search: string) {
  return useInfiniteQuery({
    queryKey: [...USERS, { search }],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/admin/users", {
          params: { query: { search, limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  });
}

/** The newest accounts, to show people's names; empty for anyone but an administrator. */
export function useKnownUsers() {
  const isAdmin = useUser().role === "admin";
  const known = useQuery({
    queryKey: [...USERS, "known"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/admin/users", { params: { query: { limit: MOST } }, signal })),
    enabled: isAdmin,
  });
  const users = known.data?.items;
  return useMemo(() => {
    const names = new Map(users?.map(({ id, full_name }) => [id, full_name]));
    return {
      users: users ?? [],
      nameOf: (id: string) => names.get(id) ?? (UUID.test(id) ? id.slice(-8) : id),
    };
  }, [users]);
}
