import type { Schemas } from "@/api/client";

const AT = "2026-03-14T09:26:53.589Z";

export const CLINICIAN: Schemas["User"] = {
  id: "ada",
  email: "ada@harbour.example",
  pending_email: null,
  full_name: "Ada Byron",
  role: "clinician",
  clinic_id: "harbour",
  clinic_name: "Harbour Dermatology",
  owns_clinic: false,
  reminders: false,
  active: true,
  email_verified: true,
  two_factor_enabled: true,
  two_factor_required: false,
  recovery_codes_left: 10,
  created_at: AT,
  last_sign_in_at: AT,
};

type Finding = Schemas["ReviewedDetection"];

/** A finished detection, benign unless something else is given. */
export function detectionWith(part: Partial<Finding> = {}): Finding {
  return {
    id: "d-1",
    patient_id: "p-1",
    image_id: "i-1",
    lesion_id: "l-1",
    status: "complete",
    label: "benign",
    probability_malignant: 0.034,
    confidence: 0.966,
    threshold: 0.215,
    assessable: true,
    zone: null,
    seen: null,
    quality: [],
    differential: [],
    model: { name: "lesion", version: "1.1.2" },
    heatmap: null,
    failure_reason: null,
    rediagnosis: false,
    requested_by: "ada",
    created_at: AT,
    finished_at: AT,
    cautions: [],
    reviews: [],
    ...part,
  };
}

/** The card of a version that was measured, has zones, and says for whom it was shown to work. */
export function cardWith(part: Partial<Schemas["ClinicalCard"]> = {}): Schemas["ClinicalCard"] {
  const figures = {
    name: "all sources, held out",
    description: "",
    images: 1823,
    malignant: 811,
    metrics: {
      sensitivity: { value: 0.9513, low: 0.9342, high: 0.9671 },
      specificity: { value: 0.8221, low: 0.7987, high: 0.8439 },
    },
  };
  return {
    name: "lesion",
    version: "1.1.2",
    trained_on: "2026-11-26",
    intended_use: "Decision support for clinicians.",
    limits: ["Not judged in clinical use."],
    data: ["ISIC images."],
    threshold: 0.215,
    zones: { lower: 0.12, upper: 0.31, sensitivity_at_lower: 0.98, sensitivity_at_upper: 0.9 },
    shown_for: {
      ages: [20, 85],
      sites: ["head_neck", "lower_extremity"],
      skin_types: [],
      dermoscopic_only: true,
      grounds: "From the photos' own records.",
    },
    figures,
    evaluations: [
      {
        name: "stress",
        description: "Lesion painted over.",
        images: 1823,
        malignant: 811,
        metrics: { confident_when_blanked: { value: 0.0005, low: 0.0001, high: 0.0031 } },
      },
      figures,
    ],
    subgroups: [{ ...figures, name: "age 40 to 60", images: 55, malignant: 23 }],
    ...part,
  };
}

export function imageWith(part: Partial<Schemas["Image"]> = {}): Schemas["Image"] {
  return {
    id: "i-1",
    patient_id: "p-1",
    lesion_id: "l-1",
    media_type: "image/jpeg",
    size: 120_000,
    width: 765,
    height: 572,
    sha256: "0".repeat(64),
    quality: [],
    duplicate_of: null,
    captured_at: AT,
    created_at: AT,
    version: 1,
    ...part,
  };
}

export function lesionWith(part: Partial<Schemas["Lesion"]> = {}): Schemas["Lesion"] {
  return {
    id: "l-1",
    patient_id: "p-1",
    label: "left shoulder blade",
    body_site: "posterior_torso",
    position: { view: "back", x: 0.4, y: 0.25 },
    first_noted: null,
    status: "observed",
    version: 1,
    image_count: 2,
    created_at: AT,
    updated_at: AT,
    ...part,
  };
}

export function patientWith(part: Partial<Schemas["Patient"]> = {}): Schemas["Patient"] {
  return {
    id: "p-1",
    record_number: "H-2041",
    full_name: "Ingrid Solheim",
    birth_date: "1961-04-30",
    sex: "female",
    fitzpatrick_type: 2,
    contact: "",
    risk_notes: "",
    version: 3,
    created_at: AT,
    updated_at: AT,
    archived_at: null,
    ...part,
  };
}

export function reviewWith(part: Partial<Schemas["Review"]> = {}): Schemas["Review"] {
  return {
    id: "r-1",
    image_id: "i-1",
    detection_id: "d-1",
    verdict: "agrees",
    note: "",
    author_id: "ada",
    created_at: AT,
    ...part,
  };
}

/** An entry of a worklist: whose finding it is, and what else a list shows. */
export function entryWith(
  finding: Partial<Finding> = {},
  part: Partial<Schemas["WorklistEntry"]> = {},
): Schemas["WorklistEntry"] {
  return {
    detection: detectionWith(finding),
    full_name: "Ingrid Solheim",
    record_number: "H-2041",
    birth_date: "1961-04-30",
    lesion_label: "left shoulder blade",
    body_site: "posterior_torso",
    uploaded_by: "ada",
    assigned_to: null,
    ...part,
  };
}

export function markingWith(part: Partial<Schemas["Marking"]> = {}): Schemas["Marking"] {
  return {
    id: "m-1",
    image_id: "i-1",
    kind: "length",
    points: [
      { x: 0.2, y: 0.5 },
      { x: 0.6, y: 0.5 },
    ],
    text: "",
    millimetres: 0,
    measures: { length: 300, area: 0, longest: 0, across: 0, angle: 0 },
    author_id: "ada",
    created_at: AT,
    ...part,
  };
}

/** One page of a list, the last one. */
export function pageOf<Item>(...items: Item[]) {
  return { items, next_cursor: null };
}
