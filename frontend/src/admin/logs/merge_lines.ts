import type { Schemas } from "@/api/client";

type Line = Pick<Schemas["LogLine"], "id">;

/** More than anybody reads; the page must not grow for as long as it is open. */
export const MOST_LINES = 2000;

/** Newer lines before older ones, each once. */
export function mergeLines<Kind extends Line>(newer: Kind[], older: Kind[]): Kind[] {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))].slice(0, MOST_LINES);
}
