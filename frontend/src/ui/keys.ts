import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useEffectEvent } from "react";

/** What takes letters or arrows for itself. */
const OWN_KEYS =
  "input, textarea, select, [contenteditable=true], [role=slider], [role=menu], [role=listbox], [role=tree]";

const SINGLE_KEYS = "dermis.single-keys";

/** Whether keys work without Ctrl: whoever dictates can turn them off (WCAG 2.2, 2.1.4). */
export function useSingleKeys() {
  return useLocalStorage<boolean>({
    key: SINGLE_KEYS,
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}

/**
 * Binds keys to what they do, as long as the component is shown.
 *
 * @param keys by `KeyboardEvent.key`, letters in lower case: `{ h: toggle, ArrowLeft: previous }`.
 *   They rest while somebody types, and while a dialog is open.
 */
export function useKeys(
  keys: Record<string, ((event: KeyboardEvent) => void) | undefined>,
  isActive = true,
): void {
  const [isOn] = useSingleKeys();
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(OWN_KEYS) || document.querySelector("[role=dialog][aria-modal=true]")) {
      return;
    }
    // Enter and Space belong to the button or link that has the focus.
    if ((event.key === "Enter" || event.key === " ") && target?.closest("a, button")) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
  useEffect(() => {
    if (!isOn || !isActive) return;
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [isOn, isActive]);
}
