import type { Schemas } from "@/api/client";

/** A sign-in between password and second factor: in memory only, as it would open the account. */
export type PendingSignIn = Schemas["TwoFactorRequired"] | Schemas["TwoFactorSetupRequired"];

let pending: PendingSignIn | null = null;

export function keepPending(step: PendingSignIn | null): void {
  pending = step;
}

/** The sign-in that awaits its second factor, unless it has expired. */
export function pendingSignIn(): PendingSignIn | null {
  return pending && Date.parse(pending.expires_at) > Date.now() ? pending : null;
}
