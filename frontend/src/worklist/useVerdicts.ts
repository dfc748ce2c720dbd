import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { showProblem, showUndoable } from "@/ui/notices";
import type { Entry } from "./queue";

export type Verdict = Exclude<Schemas["ReviewDraft"]["verdict"], "withdrawn">;

/** By their keys, 1 to 5. */
export const VERDICTS: readonly Verdict[] = [
  "agrees",
  "benign",
  "malignant",
  "biopsy_benign",
  "biopsy_malignant",
];

interface Given {
  entry: Entry;
  /** The stored verdict, once the server has it; null where it was refused. */
  stored: Promise<Schemas["Review"] | null>;
}

/**
 * Gives verdicts without waiting for each to be stored, and takes the last ones back.
 *
 * @param onUndone is told whose verdict was taken back.
 */
export function useVerdicts(onUndone: (entry: Entry) => void) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const given = useRef<Given[]>([]);
  const notice = useRef<string | null>(null);
  const mark = (id: string, isDone: boolean) =>
    setDone((before) => {
      const after = new Set(before);
      if (isDone) after.add(id);
      else after.delete(id);
      return after;
    });
  const refresh = (entry: Entry) => {
    void queryClient.invalidateQueries({ queryKey: patientKey(entry.detection.patient_id) });
    void queryClient.invalidateQueries({ queryKey: ["worklist", "counts"] });
  };
  const post = (entry: Entry, body: Schemas["ReviewDraft"]) =>
    unwrap(
      api.POST("/detections/{detection_id}/reviews", {
        params: { path: { detection_id: entry.detection.id } },
        body,
      }),
    );

  const undo = async () => {
    const last = given.current.pop();
    if (!last) return;
    if (notice.current) notifications.hide(notice.current);
    const review = await last.stored;
    if (!review) return;
    await post(last.entry, { verdict: "withdrawn", note: "", replaces: review.id });
    mark(last.entry.detection.id, false);
    refresh(last.entry);
    onUndone(last.entry);
  };

  const give = (entry: Entry, verdict: Verdict) => {
    mark(entry.detection.id, true);
    const stored = post(entry, { verdict, note: "" }).then(
      (review) => {
        refresh(entry);
        return review;
      },
      (error: unknown) => {
        // It comes back to the list, so that nobody believes it is done.
        mark(entry.detection.id, false);
        showProblem(error instanceof Error ? error : new Error(String(error)));
        return null;
      },
    );
    given.current.push({ entry, stored });
    if (notice.current) notifications.hide(notice.current);
    notice.current = showUndoable(
      t("worklist.given", { name: entry.full_name, verdict: t(`patient.verdicts.${verdict}`) }),
      undo,
    );
  };
  return { done, give, undo: () => void undo().catch(showProblem) };
}
