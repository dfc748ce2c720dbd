import { useNavigate } from "react-router";
import { photoAddress } from "@/findings/photo_address";
import { useUser } from "@/session/useSession";
import { useKeys } from "@/ui/keys";
import type { Entry } from "./order";
import type { Triage } from "./useTriage";
import { VERDICTS } from "./useVerdicts";

/** The worklist's keys: it can be worked off without the mouse. */
export function useQueueKeys(triage: Triage): void {
  const { entry, previous, next, selection, go, give, hand, undo, assigning } = triage;
  const navigate = useNavigate();
  const me = useUser().id;
  const step = (to: Entry | undefined) =>
    to &&
    ((event: KeyboardEvent) => {
      if (event.shiftKey && entry) selection.add([entry, to]);
      go(to);
    });
  const toggle = entry && (() => selection.toggle(entry));
  useKeys({
    j: step(next),
    k: step(previous),
    x: toggle,
    " ": toggle,
    l: entry && (() => selection.toggleLesion(entry)),
    a: entry && assigning.open,
    m: entry && (() => hand(me)),
    u: undo,
    Escape: selection.selected.length > 0 ? selection.clear : undefined,
    Enter: entry && (() => void navigate(photoAddress(entry.detection))),
    ...Object.fromEntries(VERDICTS.map((verdict, index) => [index + 1, () => give(verdict)])),
  });
}
