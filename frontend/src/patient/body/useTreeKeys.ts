import { useState, type KeyboardEvent, type RefObject } from "react";
import type { TreeItem } from "./tree_items";

/**
 * Goes through a tree by keys, as the ARIA Authoring Practices have it: arrows, Home and End, and
 * letters to the next row that begins with them. One row at a time is in the tab order.
 */
export function useTreeKeys({
  items,
  isOpen,
  toggle,
  press,
  list,
}: {
  items: TreeItem[];
  isOpen: (item: TreeItem) => boolean;
  toggle: (item: TreeItem, isOpen: boolean) => void;
  press: (item: TreeItem) => void;
  list: RefObject<HTMLElement | null>;
}) {
  const [at, setAt] = useState<string | null>(null);
  const shown = items.flatMap(function rows(item): TreeItem[] {
    return [item, ...(isOpen(item) ? item.children.flatMap(rows) : [])];
  });
  const place = Math.max(
    0,
    shown.findIndex(({ key }) => key === at),
  );
  const current = shown[place];

  const go = (item: TreeItem | null | undefined) => {
    if (!item) return;
    setAt(item.key);
    list.current?.querySelector<HTMLElement>(`[data-key="${item.key}"]`)?.focus();
  };
  const beginningWith = (letter: string) => {
    const later = [...shown.slice(place + 1), ...shown.slice(0, place + 1)];
    return later.find(({ name }) => name.toLowerCase().startsWith(letter.toLowerCase()));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
    const isParent = current.children.length > 0;
    const act: Record<string, () => void> = {
      ArrowDown: () => go(shown[place + 1]),
      ArrowUp: () => go(shown[place - 1]),
      Home: () => go(shown[0]),
      End: () => go(shown.at(-1)),
      ArrowRight: () => {
        if (isOpen(current)) go(current.children[0]);
        else if (isParent) toggle(current, true);
      },
      ArrowLeft: () => {
        if (isParent && isOpen(current)) toggle(current, false);
        else go(current.parent);
      },
      Enter: () => press(current),
      " ": () => press(current),
    };
    const known = act[event.key];
    if (known) known();
    else if (event.key.length === 1) go(beginningWith(event.key));
    else return;
    event.preventDefault();
    // Letters go through the tree here, and to no key of the page.
    event.stopPropagation();
  };
  return { shown, current: current?.key, onKeyDown, onFocus: (item: TreeItem) => setAt(item.key) };
}
