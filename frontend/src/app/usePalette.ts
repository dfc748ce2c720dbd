import { useHotkeys } from "@mantine/hooks";
import { useEffect, useState } from "react";

/**
 * The command palette, fetched when it is first asked for.
 *
 * What is typed before its field has the focus is not lost, and is no key of the page.
 */
export function usePalette() {
  const [isWanted, setIsWanted] = useState(false);
  const [isOpening, setIsOpening] = useState(false);
  const [query, setQuery] = useState("");
  useEffect(() => {
    if (!isOpening) return;
    const hasFocus = () => !!document.activeElement?.closest(".mantine-Spotlight-content");
    const look = () => {
      if (hasFocus()) setIsOpening(false);
    };
    const take = (event: KeyboardEvent) => {
      if (hasFocus() || event.key === "Escape") return setIsOpening(false);
      if (event.key.length > 1 || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      setQuery((before) => before + event.key);
    };
    window.addEventListener("keydown", take, true);
    window.addEventListener("focusin", look);
    return () => {
      window.removeEventListener("keydown", take, true);
      window.removeEventListener("focusin", look);
    };
  }, [isOpening]);
  const open = () => {
    setIsOpening(true);
    // Later presses find it there.
    if (isWanted) void import("@mantine/spotlight").then(({ spotlight }) => spotlight.open());
    else setIsWanted(true);
  };
  // Also while somebody types.
  useHotkeys([["mod+K", open]], []);
  return { isWanted, open, query, setQuery };
}
