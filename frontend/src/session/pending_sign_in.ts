import type { Schemas } from "@/api/client";

/** A sign-in between password and second factor. */
export type PendingSignIn = Schemas["TwoFactorRequired"] | Schemas["TwoFactorSetupRequired"];

// Kept in this tab alone and for the minutes that its token lives: a reload, or a phone that drops
// the page while its owner is in the authenticator app, goes on where it was.
const KEY = "dermis.pending_sign_in";

export function keepPending(step: PendingSignIn | null): void {
  if (step) sessionStorage.setItem(KEY, JSON.stringify(step));
  else sessionStorage.removeItem(KEY);
}

/** The sign-in that awaits its second factor, unless it has expired. */
export function pendingSignIn(): PendingSignIn | null {
  const step = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as PendingSignIn | null;
  if (step && Date.parse(step.expires_at) > Date.now()) return step;
  keepPending(null);
  return null;
}
