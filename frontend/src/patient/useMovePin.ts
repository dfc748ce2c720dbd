import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showUndoable } from "@/ui/notices";
import type { BodyPosition } from "./body_sites";
import { keys, useRefreshPatient } from "./queries";

type Lesion = Schemas["Lesion"];

/** Puts a lesion's pin elsewhere on the map; its message takes that back. */
export function useMovePin(patientId: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = useRefreshPatient(patientId);
  const place = (lesion: Lesion, position: BodyPosition | null) => {
    const { label, body_site, first_noted, status } = lesion;
    return unwrap(
      api.PUT("/lesions/{lesion_id}", {
        params: {
          path: { lesion_id: lesion.id },
          // Whoever has seen an older version is told, and nobody's change is lost.
          header: { "if-match": `"${lesion.version}"` },
        },
        body: { label, body_site, first_noted, status, position },
      }),
    );
  };
  return useMutation({
    mutationFn: ({ lesion, position }: { lesion: Lesion; position: BodyPosition }) => {
      // The pin stays where it was dropped while it is saved.
      queryClient.setQueryData<Lesion[]>(keys.lesions(patientId), (lesions) =>
        lesions?.map((one) => (one.id === lesion.id ? { ...one, position } : one)),
      );
      return place(lesion, position);
    },
    onSuccess: (saved, { lesion }) =>
      showUndoable(
        t("patient.map.moved", { name: lesion.label || t("patient.lesion.unnamed") }),
        async () => {
          await place(saved, lesion.position ?? null);
          await refresh();
        },
      ),
    onSettled: refresh,
  });
}
