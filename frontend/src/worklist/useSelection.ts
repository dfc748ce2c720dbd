import { useState } from "react";
import { lesionOf, type Entry } from "./order";

/** Several photos chosen for one action, in the list's order; what leaves the list leaves it. */
export function useSelection(entries: readonly Entry[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selected = entries.filter(({ detection }) => ids.has(detection.id));
  const put = (some: readonly Entry[], isIn: boolean) =>
    setIds((before) => {
      const after = new Set(before);
      for (const { detection } of some) {
        if (isIn) after.add(detection.id);
        else after.delete(detection.id);
      }
      return after;
    });
  const has = ({ detection }: Entry) => ids.has(detection.id);
  return {
    selected,
    has,
    add: (some: readonly Entry[]) => put(some, true),
    toggle: (entry: Entry) => put([entry], !has(entry)),
    /** All photos of the lesion, or none of them if all were. */
    toggleLesion: (of: Entry) => {
      const all = entries.filter((entry) => lesionOf(entry) === lesionOf(of));
      put(all, !all.every(has));
    },
    clear: () => setIds(new Set()),
  };
}

export type Selection = ReturnType<typeof useSelection>;
