import { useState } from "react";
import { useLocation } from "react-router";

/**
 * The token of a mailed link, behind `#token=` (never sent to a server) or `?token=`.
 *
 * It is taken out of the address bar at once: it would open the account to who looks on.
 */
export function useMailedToken(): string {
  const { hash, search } = useLocation();
  const [token] = useState(() => tokenIn(hash.slice(1)) || tokenIn(search));
  if (token && (hash || search)) {
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return token;
}

function tokenIn(text: string): string {
  return new URLSearchParams(text).get("token") ?? "";
}
