import { useQuery } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";

/** The largest page that the API gives. */
const MOST = 200;
/** Names change so seldom that nobody waits for them twice. */
const FRESH_MS = 300_000;

/** Everyone at one's clinic, oneself and who has left included; none until they are known. */
export function useColleagues(): readonly Schemas["Colleague"][] {
  return (
    useQuery({
      queryKey: ["colleagues"],
      queryFn: ({ signal }) => allColleagues(signal),
      staleTime: FRESH_MS,
    }).data ?? NONE
  );
}

const NONE: readonly Schemas["Colleague"][] = [];

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
