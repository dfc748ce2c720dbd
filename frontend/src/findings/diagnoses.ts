/** Diagnoses that have a translation; models may know others. */
export const KNOWN_DIAGNOSES = [
  "actinic_keratosis",
  "basal_cell_carcinoma",
  "dermatofibroma",
  "melanoma",
  "nevus",
  "pigmented_benign_keratosis",
  "squamous_cell_carcinoma",
  "vascular_lesion",
] as const;

/** How many are shown before all are asked for. */
export const SHOWN_AT_FIRST = 3;

/** A model card's name of a diagnosis as people write it: "spitz_nevus" is "Spitz nevus". */
export function inWords(diagnosis: string): string {
  const words = diagnosis.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
