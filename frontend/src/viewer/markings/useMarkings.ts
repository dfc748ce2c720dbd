import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";

export type Marking = Schemas["Marking"];
export type MarkingKind = Schemas["MarkingDraft"]["kind"];
export type MarkedImage = Pick<Schemas["Image"], "id" | "patient_id" | "width" | "height">;

const keyOf = ({ id, patient_id }: Pick<MarkedImage, "id" | "patient_id">) =>
  [...patientKey(patient_id), "markings", id] as const;

export const isScale = ({ kind }: Pick<Marking, "kind">) =>
  kind === "ruler" || kind === "field_of_view";

/** A photo's markings, oldest first, and its scale. */
export function useMarkings(image: MarkedImage) {
  return useQuery({
    queryKey: keyOf(image),
    queryFn: () =>
      unwrap(api.GET("/images/{image_id}/markings", { params: { path: { image_id: image.id } } })),
  });
}

/** Draws on a photo, and takes back. */
export function useMarkingChanges(image: MarkedImage) {
  const queryClient = useQueryClient();
  // What follows from markings, such as a lesion's size, is the patient's too.
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: keyOf(image) }),
      queryClient.invalidateQueries({ queryKey: [...patientKey(image.patient_id), "sizes"] }),
    ]);
  const add = useMutation({
    mutationFn: (body: Schemas["MarkingDraft"]) =>
      unwrap(
        api.POST("/images/{image_id}/markings", {
          params: { path: { image_id: image.id } },
          body,
        }),
      ),
    onSettled: refresh,
  });
  const withdraw = useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/markings/{marking_id}/withdraw", { params: { path: { marking_id: id } } })),
    onSettled: refresh,
  });
  return { add, withdraw };
}
