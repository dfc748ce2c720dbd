import type { Schemas } from "@/api/client";

export type Zone = NonNullable<Schemas["Detection"]["zone"]>;

/**
 * Where an answer lies; null where there is none.
 *
 * Versions without zones know two sides of the threshold, and nothing is borderline.
 */
export function zoneOf(detection: Schemas["Detection"]): Zone | null {
  const { status, assessable, label, zone } = detection;
  if (status !== "complete" || assessable === false || !label) return null;
  return zone ?? (label === "malignant" ? "above" : "below");
}
