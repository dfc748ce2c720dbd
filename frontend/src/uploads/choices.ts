/**
 * Where waiting photos of the sorting screen are to go: a lesion's id or "unsorted", by photo.
 *
 * Apart from the photos: to write one of these anew takes longer than a reload.
 */
const KEY = "dermis.choices";

export function keptChoices(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

/** Keeps a choice for these photos; null forgets it. */
export function keepChoice(ids: string[], choice: string | null): void {
  const kept = Object.entries(keptChoices()).filter(([id]) => !ids.includes(id));
  const all = choice === null ? kept : [...kept, ...ids.map((id) => [id, choice] as const)];
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all)));
  } catch {
    // No room, or not allowed: it holds for as long as the page is open.
  }
}
