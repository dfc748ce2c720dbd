import type { Schemas } from "@/api/client";

/** The page that shows an assessed photo in its lesion, or in the unsorted tray. */
export function photoAddress(
  detection: Pick<Schemas["Detection"], "patient_id" | "lesion_id" | "image_id">,
): string {
  const search = new URLSearchParams({
    lesion: detection.lesion_id ?? "unsorted",
    image: detection.image_id,
  });
  return `/patient/${detection.patient_id}?${search}`;
}
