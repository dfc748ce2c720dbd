import { notifications } from "@mantine/notifications";
import { useRef } from "react";
import { showProblem, showUndoable } from "@/ui/notices";

/** Keeps what was done, to be taken back step by step, the last one first. */
export function useSteps() {
  const steps = useRef<(() => Promise<void>)[]>([]);
  const notice = useRef<string | null>(null);
  const hide = () => {
    if (notice.current) notifications.hide(notice.current);
  };
  const undo = async () => {
    hide();
    await steps.current.pop()?.();
  };
  return {
    /** Says what was done and offers to take it back. */
    add: (message: string, takeBack: () => Promise<void>) => {
      steps.current.push(takeBack);
      hide();
      notice.current = showUndoable(message, undo);
    },
    undo: () => void undo().catch(showProblem),
  };
}

export type Steps = ReturnType<typeof useSteps>;
