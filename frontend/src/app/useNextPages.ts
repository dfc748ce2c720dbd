import { useEffect } from "react";
import { isSlowLine } from "@/api/slow_line";
import { useUser } from "@/session/useSession";
import { pageParts } from "./page_parts";

/** The page that was opened first has its data and pictures by then. */
const SETTLED_MS = 1_500;

/** Fetches what shows photos before one is opened, unless bytes are slow or dear. */
export function useNextPages(): void {
  const { role } = useUser();
  useEffect(() => {
    if (role !== "clinician" || isSlowLine()) return;
    const timer = setTimeout(() => {
      // Whoever opens one that can't be had is told then.
      for (const { load } of [pageParts.patient, pageParts.worklist]) load().catch(() => undefined);
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [role]);
}
