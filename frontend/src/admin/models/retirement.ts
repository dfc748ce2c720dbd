/** How a damaged entry is retired: a release by its number, a version by itself; null: not at all. */
export function retirementOf(entry: string): { number?: number; version?: string } | null {
  const release = /^release (\d{1,6})$/.exec(entry);
  if (release) return { number: Number(release[1]) };
  return entry.includes(" ") ? null : { version: entry };
}
