import { useContext, useEffect, useEffectEvent } from "react";
// The only way to know whether the page has a history to hold: a part of it that is shown alone has not.
import { NavigationType, UNSAFE_DataRouterContext, useBlocker } from "react-router";

/** While it is shown, the browser's Back closes what it stands in, and leaves the page where it is. */
export function BackCloses({ onClose }: { onClose: () => void }) {
  const hasHistory = useContext(UNSAFE_DataRouterContext) !== null;
  return hasHistory && <Blocked onClose={onClose} />;
}

/** Takes the step back for a wish to close. */
function Blocked({ onClose }: { onClose: () => void }) {
  const blocker = useBlocker(({ historyAction }) => historyAction === NavigationType.Pop);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    blocker.reset();
    close();
  }, [blocker]);
  return null;
}
