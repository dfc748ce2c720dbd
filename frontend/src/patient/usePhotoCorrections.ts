import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { showDone, showUndoable } from "@/ui/notices";
import { useAddress } from "./useAddress";

type Image = Schemas["Image"];
type Correction = Schemas["ImageCorrection"];

const pathOf = (image: Image) => ({
  path: { image_id: image.id },
  // Whoever has seen an older version is told, and nobody's correction is lost.
  header: { "if-match": `"${image.version}"` },
});

/** Moves, dates, marks and restores photos; each can be undone from its message. */
export function usePhotoCorrections() {
  const { t } = useTranslation();
  const { chooseImage } = useAddress();
  const queryClient = useQueryClient();
  const refresh = (...patients: string[]) =>
    Promise.all(patients.map((id) => queryClient.invalidateQueries({ queryKey: patientKey(id) })));
  const undo = async (back: Promise<unknown>, ...patients: string[]) => {
    await back;
    await refresh(...patients);
    showDone(t("patient.correct.undone"));
  };

  const correct = useMutation({
    mutationFn: ({ image, body }: { image: Image; body: Correction; to: string }) =>
      unwrap(api.PATCH("/images/{image_id}", { params: pathOf(image), body })),
    onSuccess: async (changed, { image, to }) => {
      const moved =
        changed.patient_id !== image.patient_id || changed.lesion_id !== image.lesion_id;
      if (moved) chooseImage(null, { replace: true });
      const before: Correction = moved
        ? { patient_id: image.patient_id, lesion_id: image.lesion_id }
        : { captured_at: image.captured_at, overview: image.overview };
      const message = moved
        ? t("patient.correct.moved", { to })
        : t(changed.overview && to ? "overviews.corrected" : "patient.correct.dated", { to });
      const patients = [image.patient_id, changed.patient_id];
      if (moved || image.captured_at || image.overview) {
        showUndoable(message, () =>
          undo(
            unwrap(api.PATCH("/images/{image_id}", { params: pathOf(changed), body: before })),
            ...patients,
          ),
        );
      } else showDone(message);
      await refresh(...patients);
    },
  });

  const restore = useMutation({
    mutationFn: (image: Image) =>
      unwrap(api.POST("/images/{image_id}/restore", { params: { path: { image_id: image.id } } })),
    onSuccess: async ({ patient_id }) => {
      await refresh(patient_id);
      showDone(t("patient.correct.restored"));
    },
  });

  const markInError = useMutation({
    mutationFn: ({ image, reason }: { image: Image; reason: string }) =>
      unwrap(
        api.POST("/images/{image_id}/entered-in-error", {
          params: pathOf(image),
          body: { reason },
        }),
      ),
    onSuccess: async (image) => {
      chooseImage(null, { replace: true });
      await refresh(image.patient_id);
      showUndoable(t("patient.correct.voided"), () => restore.mutateAsync(image));
    },
  });
  return { correct, markInError, restore };
}
