/** Diagnoses that have a translation; models may tell others apart. */
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

/** How many of a list are shown before somebody asks for all. */
export const SHOWN_AT_FIRST = 3;

/** A diagnosis as a model card names it, as people write it: "spitz_nevus" is "Spitz nevus". */
export function inWords(diagnosis: string): string {
  const words = diagnosis.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
