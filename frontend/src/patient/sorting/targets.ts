import type { Schemas } from "@/api/client";

/** A place on the sorting screen where photos can be put, and the key that puts them there. */
export interface Target {
  /** A lesion's id or "unsorted". */
  id: string;
  key: string | null;
  number: number | null;
  lesion: Schemas["Lesion"] | null;
}

/** Digits, then letters but those that do something else: see `useSortingKeys`. */
const KEYS = "123456789abcdefghijklmopqrtvwxyz";

/** The lesions in their order, which is that of their numbers, then the unsorted tray. */
export function targetsOf(lesions: Schemas["Lesion"][]): Target[] {
  return [
    ...lesions.map((lesion, index) => ({
      id: lesion.id,
      key: KEYS[index] ?? null,
      number: index + 1,
      lesion,
    })),
    { id: "unsorted", key: "u", number: null, lesion: null },
  ];
}
