import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showUndoable } from "@/ui/notices";
import { keys, useRefreshPatient } from "../queries";
import { REGIONS } from "./regions";
import { placeAt, type BodyPosition } from "./views";

type Lesion = Schemas["Lesion"];

type Where = Pick<Lesion, "body_site" | "region" | "side" | "position">;

/** Site, region and side follow the pin; beside the body they stay as they were. */
function whereAt(position: BodyPosition, { body_site, region, side }: Lesion): Where {
  const place = placeAt(position);
  if (!place) return { body_site, region, side, position };
  return { ...place, body_site: REGIONS[place.region].site, position };
}

/** Puts a lesion's pin elsewhere on the map; its message takes that back. */
export function useMovePin(patientId: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = useRefreshPatient(patientId);
  const save = (lesion: Lesion, where: Where) => {
    const { label, first_noted, status } = lesion;
    return unwrap(
      api.PUT("/lesions/{lesion_id}", {
        params: {
          path: { lesion_id: lesion.id },
          // Whoever has seen an older version is told, and nobody's change is lost.
          header: { "if-match": `"${lesion.version}"` },
        },
        body: { label, first_noted, status, ...where },
      }),
    );
  };
  return useMutation({
    mutationFn: ({ lesion, position }: { lesion: Lesion; position: BodyPosition }) => {
      // The pin stays where it was dropped while it is saved.
      queryClient.setQueryData<Lesion[]>(keys.lesions(patientId), (lesions) =>
        lesions?.map((one) => (one.id === lesion.id ? { ...one, position } : one)),
      );
      return save(lesion, whereAt(position, lesion));
    },
    onSuccess: (saved, { lesion }) =>
      showUndoable(
        t("patient.map.moved", { name: lesion.label || t("patient.lesion.unnamed") }),
        async () => {
          const { body_site, region, side, position } = lesion;
          await save(saved, { body_site, region, side, position });
          await refresh();
        },
      ),
    onSettled: refresh,
  });
}
