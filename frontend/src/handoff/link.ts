/**
 * What this tab holds of a hand-off: the link's secret, and the key by which it claims it.
 *
 * In this tab alone, so that a phone that drops the page while the camera is open goes on where it
 * was; nobody else can claim the link once this key has.
 */
export interface Link {
  secret: string;
  key: string;
}

const KEPT = "dermis.hand-in";
const KEY_BYTES = 32;

/** The link in the address, which leaves the address bar at once, or the one that this tab keeps. */
export function takeLink(): Link | null {
  const secret = window.location.hash.slice(1);
  if (secret) {
    window.history.replaceState(window.history.state, "", window.location.pathname);
    const known = keptLink();
    if (known?.secret === secret) return known;
    const link = { secret, key: newKey() };
    sessionStorage.setItem(KEPT, JSON.stringify(link));
    return link;
  }
  return keptLink();
}

function keptLink(): Link | null {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Link | null;
}

export function forgetLink(): void {
  sessionStorage.removeItem(KEPT);
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
