import { problemOf, unreachable } from "./problem";
import type { components } from "./generated/schema";

type SignedIn = components["schemas"]["SignedIn"];

/**
 * The access token: in memory only, shared by all tabs of this browser.
 *
 * The refresh token is in a cookie that no script can read. It changes at each use, so only one
 * tab refreshes at a time (Web Locks) and tells the others the new access token
 * (BroadcastChannel); a tab that waited for the lock finds it there.
 */
export interface Access {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

type SessionMessage =
  | { kind: "access"; access: Access }
  | { kind: "ended" }
  /** Somebody is leaving: unlike a session that ended by itself, its pages go too. */
  | { kind: "signed_out" };
type Listener = () => void;

/** A token is replaced so many seconds before it expires: clocks differ a little. */
const EARLY_SECONDS = 20;
const DEADLINE_MS = 10_000;
/** Remembers that there may be a refresh cookie, so that a first visit makes no request for it. */
const HINT = "dermis.session";

const channel = new BroadcastChannel("dermis.session");
const listeners = new Set<Listener>();
const leaving = new Set<Listener>();
let access: Access | null = null;
let refreshing: Promise<Access> | null = null;

channel.onmessage = ({ data }: MessageEvent<SessionMessage>) => {
  if (data.kind === "signed_out") leaving.forEach((listener) => listener());
  access = data.kind === "access" ? data.access : null;
  listeners.forEach((listener) => listener());
};

/** Calls `listener` whenever somebody signs in or out, in whichever tab. */
export function onAccessChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls `listener` when somebody signs out, in whichever tab, just before the session is forgotten. */
export function onSignOut(listener: Listener): () => void {
  leaving.add(listener);
  return () => leaving.delete(listener);
}

export function currentAccess(): Access | null {
  return access;
}

/** Whose token it is, by its claim `sub` (RFC 7519); not verified: the services do that. */
export function accountOf(token: string): string | null {
  const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/");
  try {
    return (JSON.parse(atob(claims ?? "")) as { sub?: string }).sub ?? null;
  } catch {
    return null;
  }
}

export function mayHaveSession(): boolean {
  return localStorage.getItem(HINT) !== null;
}

export function begin(signedIn: SignedIn): void {
  access = { token: signedIn.access_token, expiresAt: Date.parse(signedIn.expires_at) };
  localStorage.setItem(HINT, "1");
  channel.postMessage({ kind: "access", access } satisfies SessionMessage);
  listeners.forEach((listener) => listener());
}

/** Forgets the session in every tab. */
export function forget(): void {
  access = null;
  localStorage.removeItem(HINT);
  channel.postMessage({ kind: "ended" } satisfies SessionMessage);
  listeners.forEach((listener) => listener());
}

/**
 * A token that is still valid for a while.
 *
 * @param stale a token that was just refused although it had not expired.
 * @throws Problem 401 when the session has ended, 0 when the gateway can't be reached.
 */
export async function freshToken(stale?: string): Promise<string> {
  const usable = access && access.token !== stale && isFresh(access) ? access : null;
  return (usable ?? (await refresh(stale))).token;
}

/** @throws Problem as `freshToken`. */
export function refresh(stale?: string): Promise<Access> {
  refreshing ??= refreshUnderLock(stale).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Ends the session, on this side even if the server can't be reached. */
export async function signOut(): Promise<void> {
  try {
    await fetch("/api/auth/logout", { method: "POST", signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    // A broken connection must not keep anybody signed in at a shared workstation.
  } finally {
    channel.postMessage({ kind: "signed_out" } satisfies SessionMessage);
    leaving.forEach((listener) => listener());
    forget();
  }
}

async function refreshUnderLock(stale?: string): Promise<Access> {
  return await navigator.locks.request("dermis.refresh", async () => {
    // Another tab may have refreshed while this one waited for its turn.
    if (access && access.token !== stale && isFresh(access)) return access;
    return await exchange();
  });
}

async function exchange(): Promise<Access> {
  let answer: Response;
  try {
    answer = await fetch("/api/auth/refresh", {
      method: "POST",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch {
    throw unreachable();
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    if (answer.status === 401) forget();
    throw problemOf(answer.status, body, answer.headers);
  }
  begin(body as SignedIn);
  return {
    token: (body as SignedIn).access_token,
    expiresAt: Date.parse((body as SignedIn).expires_at),
  };
}

function isFresh(candidate: Access): boolean {
  return candidate.expiresAt - Date.now() > EARLY_SECONDS * 1000;
}
