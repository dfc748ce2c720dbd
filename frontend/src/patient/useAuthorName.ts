import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { useUser } from "@/session/useSession";

/** The largest page that the API gives. */
const MOST = 200;
/** Names change so seldom that nobody waits for them twice. */
const FRESH_MS = 300_000;

/** An author's name: oneself or a colleague, including one who has left. */
export function useAuthorName(): (authorId: string) => string {
  const { t } = useTranslation();
  const user = useUser();
  const colleagues = useQuery({
    queryKey: ["colleagues"],
    queryFn: ({ signal }) => allColleagues(signal),
    staleTime: FRESH_MS,
  }).data;
  const names = useMemo(
    () => new Map(colleagues?.map(({ id, full_name }) => [id, full_name])),
    [colleagues],
  );
  return (id) => (id === user.id ? user.full_name : (names.get(id) ?? t("patient.colleague")));
}

async function allColleagues(signal: AbortSignal): Promise<Schemas["Colleague"][]> {
  const found: Schemas["Colleague"][] = [];
  let cursor: string | null | undefined = "";
  do {
    const page: Schemas["Page_Colleague_"] = await unwrap(
      api.GET("/users/colleagues", { params: { query: { limit: MOST, cursor } }, signal }),
    );
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}
