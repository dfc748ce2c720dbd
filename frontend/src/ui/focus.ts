import { useEffect, useState } from "react";

const MAIN = "content";

/** Gives the focus back to whatever opened a dialog, also where the dialog is taken away at once. */
export function useFocusBack(): void {
  const [before] = useState(opener);
  useEffect(
    () => () => {
      // By then the dialog is gone, and with it the focus.
      requestAnimationFrame(() => {
        if (isFocusLost() && before?.isConnected) before.focus();
      });
    },
    [before],
  );
}

/** Moves the focus to the page's main part when what had it is taken away: a row, a button. */
export function useFocusKept(): void {
  useEffect(() => {
    let last: Element | null = null;
    const note = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null;
    };
    const taken = new MutationObserver(() => {
      if (!last || last.isConnected || document.activeElement !== document.body) return;
      last = null;
      document.getElementById(MAIN)?.focus({ preventScroll: true });
    });
    document.addEventListener("focusin", note);
    taken.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", note);
      taken.disconnect();
    };
  }, []);
}

const isFocusLost = () =>
  document.activeElement === document.body || document.activeElement?.id === MAIN;

/** What has the focus; for a row of a menu, which closes, the button that opened the menu. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const found = menu ? document.getElementById(menu) : active;
  return found instanceof HTMLElement ? found : null;
}
