/** What somebody has typed and not saved, kept in this tab until it is saved or they sign out. */

const PREFIX = "dermis.draft.";

const key = (account: string, name: string) => `${PREFIX}${account}.${name}`;

/** The draft of this account; null where there is none, or none that can be read. */
export function draftOf(account: string, name: string): object | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(account, name)) ?? "null") as object | null;
  } catch {
    return null;
  }
}

export function keepDraft(account: string, name: string, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(key(account, name));
    else sessionStorage.setItem(key(account, name), JSON.stringify(draft));
  } catch {
    // A full or forbidden storage must not keep anybody from typing.
  }
}

/** Forgets every draft in this tab: the next person at this workstation finds none. */
export function forgetDrafts(): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }
}
