import en from "@/i18n/en/events";

/** Events of the clinical record; all others are about accounts. */
const RECORD = new Set([
  "patient", "patients", "timeline", "lesion", "lesions", "image", "images", "detection",
  "detections", "review", "note", "refused", "audit",
]); // prettier-ignore

/** The names of a chain's events, such as "patient.viewed". */
export function actionsOf(chain: "identity" | "record"): string[] {
  return Object.entries(en)
    .filter(([kind]) => RECORD.has(kind) === (chain === "record"))
    .flatMap(([kind, names]) => Object.keys(names).map((name) => `${kind}.${name}`));
}
