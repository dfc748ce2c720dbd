import { useEffect, useState } from "react";

/**
 * The token of an e-mailed link, from `#token=` (never sent to a server) or `?token=`.
 *
 * It is removed from the address bar at once, as it would open the account to an onlooker.
 */
export function useMailedToken(): string {
  const [token] = useState(
    () => tokenIn(window.location.hash.slice(1)) || tokenIn(window.location.search),
  );
  useEffect(() => {
    if (token) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, [token]);
  return token;
}

function tokenIn(text: string): string {
  return new URLSearchParams(text).get("token") ?? "";
}
