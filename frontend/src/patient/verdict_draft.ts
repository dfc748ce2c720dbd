import type { Schemas } from "@/api/client";

export type Verdict = Schemas["ReviewDraft"]["verdict"];
type Management = NonNullable<Schemas["ReviewDraft"]["management"]>;
type ChecklistKind = Schemas["ChecklistDraft"]["kind"];

/** What is being written about a photo; everything but the verdict may be left out. */
export interface VerdictDraft {
  verdict: Verdict | "";
  note: string;
  diagnosisCode: string;
  diagnosisText: string;
  management: Management | "";
  monitorUntil: string;
  checklist: ChecklistKind | "";
  items: Record<string, number>;
  histologyCode: string;
  histologyText: string;
  histologyOn: string;
  histologySource: string;
  /** The verdict that this one corrects. */
  replaces: string;
}

export const EMPTY_DRAFT: VerdictDraft = {
  verdict: "",
  note: "",
  diagnosisCode: "",
  diagnosisText: "",
  management: "",
  monitorUntil: "",
  checklist: "",
  items: {},
  histologyCode: "",
  histologyText: "",
  histologyOn: "",
  histologySource: "",
  replaces: "",
};

/** The diagnoses that have a code; the server knows the same list. */
export const DIAGNOSES = [
  "melanoma",
  "melanoma_superficial_spreading",
  "melanoma_nodular",
  "melanoma_lentigo_maligna",
  "melanoma_acral_lentiginous",
  "melanoma_in_situ",
  "basal_cell_carcinoma",
  "squamous_cell_carcinoma",
  "bowen_disease",
  "merkel_cell_carcinoma",
  "actinic_keratosis",
  "nevus",
  "nevus_atypical",
  "nevus_congenital",
  "nevus_spitz",
  "nevus_blue",
  "seborrheic_keratosis",
  "dermatofibroma",
  "hemangioma",
] as const;

export const MANAGEMENTS = ["no_action", "monitor", "excise", "refer"] as const;

interface Item {
  least: number;
  most: number;
}

const YES_OR_NO: Item = { least: 0, most: 1 };

/** The items of the checklists with the least and the most points of each. */
export const CHECKLISTS = {
  seven_point: {
    atypical_network: YES_OR_NO,
    blue_whitish_veil: YES_OR_NO,
    atypical_vessels: YES_OR_NO,
    irregular_streaks: YES_OR_NO,
    irregular_dots: YES_OR_NO,
    irregular_blotches: YES_OR_NO,
    regression: YES_OR_NO,
  },
  abcd: {
    asymmetry: { least: 0, most: 2 },
    border: { least: 0, most: 8 },
    colours: { least: 1, most: 6 },
    structures: { least: 1, most: 5 },
  },
} as const;

/** A checklist with the least points everywhere. */
export function emptyItems(kind: ChecklistKind): Record<string, number> {
  return Object.fromEntries(
    Object.entries(CHECKLISTS[kind]).map(([name, item]) => [name, item.least]),
  );
}

export const isBiopsy = (verdict: string) => verdict.startsWith("biopsy");

/** A draft as the server takes it, without what was left out. */
export function bodyOf(draft: VerdictDraft): Schemas["ReviewDraft"] | null {
  if (!draft.verdict) return null;
  const diagnosis = diagnosisOf(draft.diagnosisCode, draft.diagnosisText);
  const histology = histologyOf(draft);
  return {
    verdict: draft.verdict,
    note: draft.note,
    ...(diagnosis && { diagnosis }),
    ...(draft.checklist && { checklist: { kind: draft.checklist, items: draft.items } }),
    ...(draft.management && { management: draft.management }),
    ...(draft.management === "monitor" &&
      draft.monitorUntil && { monitor_until: draft.monitorUntil }),
    ...(isBiopsy(draft.verdict) && histology && { histology }),
    ...(draft.replaces && { replaces: draft.replaces }),
  };
}

/** A stored verdict as a draft, to correct it. */
export function draftOfReview(review: Schemas["Review"]): VerdictDraft {
  return {
    verdict: review.verdict,
    note: review.note,
    diagnosisCode: review.diagnosis?.code ?? "",
    diagnosisText: review.diagnosis?.text ?? "",
    management: review.management ?? "",
    monitorUntil: review.monitor_until ?? "",
    checklist: review.checklist?.kind ?? "",
    items: review.checklist?.items ?? {},
    histologyCode: review.histology?.diagnosis?.code ?? "",
    histologyText: review.histology?.diagnosis?.text ?? "",
    histologyOn: review.histology?.reported_on ?? "",
    histologySource: review.histology?.source ?? "",
    replaces: review.id,
  };
}

function diagnosisOf(code: string, text: string) {
  return code || text.trim() ? { code: code || null, text } : undefined;
}

function histologyOf(draft: VerdictDraft) {
  const diagnosis = diagnosisOf(draft.histologyCode, draft.histologyText);
  if (!diagnosis && !draft.histologyOn && !draft.histologySource.trim()) return undefined;
  return {
    diagnosis: diagnosis ?? { code: null, text: "" },
    reported_on: draft.histologyOn || null,
    source: draft.histologySource,
  };
}
