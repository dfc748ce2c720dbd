import { useWindowEvent } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import type { Entry } from "./order";
import type { Steps } from "./useSteps";

export type Verdict = Exclude<Schemas["ReviewDraft"]["verdict"], "withdrawn">;

/** By their keys, 1 to 5. */
export const VERDICTS: readonly Verdict[] = [
  "agrees",
  "benign",
  "malignant",
  "biopsy_benign",
  "biopsy_malignant",
];

type Given = [Entry, Schemas["Review"]];

/** Verdicts go out one after the other: quick hands must not make the last ones wait too long. */
const VERDICT = { mutationKey: ["verdict"], scope: { id: "verdicts" } };

/**
 * Gives verdicts without waiting for each to be stored.
 *
 * @param onUndone is told of the first photo whose verdict was taken back.
 */
export function useVerdicts(steps: Steps, onUndone: (entry: Entry) => void) {
  const { t } = useTranslation();
  const [done, mark] = useDone();
  const { mutateAsync: post } = usePost();
  const store = (entry: Entry, verdict: Verdict): Promise<Given[]> =>
    post({ entry, body: { verdict, note: "" } }).then(
      (review) => [[entry, review]],
      () => {
        // It comes back to the list, so that nobody believes it is done.
        mark([entry], false);
        return [];
      },
    );
  const withdraw = async ([entry, review]: Given) => {
    await post({ entry, body: { verdict: "withdrawn", note: "", replaces: review.id } });
    mark([entry], false);
  };

  /** The same verdict on one photo, or on each of several: one step to take back. */
  const give = (entries: readonly Entry[], verdict: Verdict) => {
    const [first] = entries;
    if (!first) return;
    mark(entries, true);
    const stored = Promise.all(entries.map((entry) => store(entry, verdict)));
    const words = { verdict: t(`patient.verdicts.${verdict}`) };
    const message =
      entries.length > 1
        ? t("worklist.givenMany", { ...words, count: entries.length })
        : t("worklist.given", { ...words, name: first.full_name });
    steps.add(message, async () => {
      const given = (await stored).flat();
      await Promise.all(given.map(withdraw));
      if (given[0]) onUndone(given[0][0]);
    });
  };
  return { done, give };
}

/** Which answers have left the list. */
function useDone() {
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const mark = (entries: readonly Entry[], isDone: boolean) =>
    setDone((before) => {
      const after = new Set(before);
      for (const { detection } of entries) {
        if (isDone) after.add(detection.id);
        else after.delete(detection.id);
      }
      return after;
    });
  return [done, mark] as const;
}

/** Stores a verdict; whoever closes the page before it is stored is asked first. */
function usePost() {
  const queryClient = useQueryClient();
  useWindowEvent("beforeunload", (event) => {
    if (queryClient.isMutating({ mutationKey: VERDICT.mutationKey })) event.preventDefault();
  });
  return useMutation({
    ...VERDICT,
    mutationFn: ({ entry, body }: { entry: Entry; body: Schemas["ReviewDraft"] }) =>
      unwrap(
        api.POST("/detections/{detection_id}/reviews", {
          params: { path: { detection_id: entry.detection.id } },
          body,
        }),
      ),
    onSuccess: (_, { entry }) => {
      void queryClient.invalidateQueries({ queryKey: patientKey(entry.detection.patient_id) });
      void queryClient.invalidateQueries({ queryKey: ["worklist", "counts"] });
    },
  });
}
