import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { showDone, showUndoable } from "@/ui/notices";

type Merge = Schemas["Merge"];

const mergesKey = (id: string) => [...patientKey(id), "merges"] as const;

/** Whose records were merged into a patient's and not parted since. */
export function useMerges(patientId: string) {
  return useQuery({
    queryKey: mergesKey(patientId),
    queryFn: () =>
      unwrap(
        api.GET("/patients/{patient_id}/merges", { params: { path: { patient_id: patientId } } }),
      ).then(({ items }) => items),
  });
}

/** What a merge would bring together. */
export function useMergePreview(keptId: string, movedId: string) {
  return useQuery({
    // Below neither patient: once they are merged there is nothing to preview.
    queryKey: ["merge-preview", keptId, movedId] as const,
    queryFn: () =>
      unwrap(
        api.GET("/patients/{patient_id}/merge-preview", {
          params: { path: { patient_id: keptId }, query: { other_patient_id: movedId } },
        }),
      ),
    // Others go on working on both records: what is confirmed must be what there is.
    gcTime: 0,
    staleTime: 0,
  });
}

/** Merges two patients, which can be undone from the message, and parts them again. */
export function useMergePatients() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const refresh = async ({ kept, moved }: Merge) => {
    void queryClient.resetQueries({ queryKey: ["patients"] });
    await Promise.all(
      [kept, moved].map(({ id }) => queryClient.invalidateQueries({ queryKey: patientKey(id) })),
    );
  };
  const part = useMutation({
    mutationFn: ({ id, kept }: Merge) =>
      unwrap(
        api.POST("/patients/{patient_id}/merges/{merge_id}/part", {
          params: { path: { patient_id: kept.id, merge_id: id } },
        }),
      ),
    onSuccess: async (parted) => {
      await refresh(parted);
      showDone(t("patient.merge.parted", { name: parted.moved.full_name }));
    },
  });
  const merge = useMutation({
    mutationFn: ({ kept, moved }: { kept: Schemas["Patient"]; moved: Schemas["Patient"] }) =>
      unwrap(
        api.POST("/patients/{patient_id}/merges", {
          params: { path: { patient_id: kept.id } },
          body: {
            other_patient_id: moved.id,
            version: kept.version,
            other_version: moved.version,
          },
        }),
      ),
    onSuccess: async (merged) => {
      await refresh(merged);
      void navigate(`/patient/${merged.kept.id}`);
      showUndoable(t("patient.merge.done", { name: merged.moved.full_name }), () =>
        part.mutateAsync(merged),
      );
    },
    meta: { quiet: true },
  });
  return { merge, part };
}
