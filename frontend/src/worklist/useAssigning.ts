import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { useAuthorName } from "@/patient/useAuthorName";
import { showProblem } from "@/ui/notices";
import type { Entry } from "./order";
import { queueKey, type List } from "./queue";
import type { Steps } from "./useSteps";

/** Hands photos of a list to colleagues, all of a step or none. */
export function useAssigning(list: List, steps: Steps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const nameOf = useAuthorName();

  /** @param to by photo; null gives it back. */
  const hand = async (entries: readonly Entry[], to: (entry: Entry) => string | null) => {
    const assignments = entries.map((entry) => ({
      image_id: entry.detection.image_id,
      assigned_to: to(entry),
      assigned_before: entry.assigned_to,
    }));
    const after = new Map(assignments.map((one) => [one.image_id, one.assigned_to]));
    const show = (whose: (entry: Entry) => string | null | undefined) =>
      queryClient.setQueryData<Entry[]>(queueKey(list), (before) =>
        before?.map((entry) =>
          after.has(entry.detection.image_id) ? { ...entry, assigned_to: whose(entry) } : entry,
        ),
      );
    show((entry) => after.get(entry.detection.image_id));
    try {
      await unwrap(api.POST("/worklist/assignments", { body: { assignments } }));
    } catch (error) {
      // Somebody else may have been faster: their word is the one to show.
      void queryClient.invalidateQueries({ queryKey: queueKey(list) });
      throw error;
    }
    for (const part of ["team", "urgent"]) {
      void queryClient.invalidateQueries({ queryKey: ["worklist", part] });
    }
  };

  return (entries: readonly Entry[], account: string | null) => {
    const stored = hand(entries, () => account).then(
      () => true,
      (error: unknown) => {
        showProblem(error instanceof Error ? error : new Error(String(error)));
        return false;
      },
    );
    const before = new Map(entries.map((entry) => [entry.detection.id, entry.assigned_to ?? null]));
    const handed = entries.map((entry) => ({ ...entry, assigned_to: account }));
    const message = account
      ? t("worklist.assigned", { count: entries.length, name: nameOf(account) })
      : t("worklist.givenBack", { count: entries.length });
    steps.add(message, async () => {
      if (await stored) await hand(handed, (entry) => before.get(entry.detection.id) ?? null);
    });
  };
}
