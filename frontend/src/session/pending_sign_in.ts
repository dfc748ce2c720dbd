import type { Schemas } from "@/api/client";

/** Between password and second factor: in memory, since it would open the account. */
export type PendingSignIn = Schemas["TwoFactorRequired"] | Schemas["TwoFactorSetupRequired"];

let pending: PendingSignIn | null = null;

export function keepPending(step: PendingSignIn | null): void {
  pending = step;
}

/** What waits for its second factor, unless its time is over. */
export function pendingSignIn(): PendingSignIn | null {
  return pending && Date.parse(pending.expires_at) > Date.now() ? pending : null;
}
