import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "@/api/client";
import { keys, usePins } from "../queries";

type Pin = Schemas["Pin"];

export interface Place {
  x: number;
  y: number;
}

/** The pins on an overview photo, and how they are placed, moved and taken off. */
export function useImagePins(image: Schemas["Image"]) {
  const queryClient = useQueryClient();
  const key = keys.pins(image.patient_id, image.id);
  const pathTo = (lesionId: string) => ({
    params: { path: { image_id: image.id, lesion_id: lesionId } },
  });
  const show = (change: (pins: Pin[]) => Pin[]) =>
    queryClient.setQueryData<Pin[]>(key, (pins) => pins && change(pins));
  const refresh = () => queryClient.invalidateQueries({ queryKey: key });
  const place = useMutation({
    mutationFn: ({ lesionId, at }: { lesionId: string; at: Place }) => {
      // The pin stays where it was dropped while it is saved.
      show((pins) => pins.map((pin) => (pin.lesion_id === lesionId ? { ...pin, ...at } : pin)));
      return unwrap(
        api.PUT("/images/{image_id}/pins/{lesion_id}", { ...pathTo(lesionId), body: at }),
      );
    },
    onSuccess: (saved) =>
      show((pins) => [...pins.filter(({ lesion_id }) => lesion_id !== saved.lesion_id), saved]),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (lesionId: string) =>
      unwrap(api.DELETE("/images/{image_id}/pins/{lesion_id}", pathTo(lesionId))),
    onSuccess: (_, lesionId) =>
      show((pins) => pins.filter(({ lesion_id }) => lesion_id !== lesionId)),
    onSettled: refresh,
  });
  return { pins: usePins(image.patient_id, image.id), place, remove };
}
