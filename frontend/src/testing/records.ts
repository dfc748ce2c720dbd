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
    quality: [],
    differential: [],
    model: { name: "lesion", version: "1.1.2" },
    heatmap: null,
    failure_reason: null,
    rediagnosis: false,
    requested_by: "ada",
    created_at: AT,
    finished_at: AT,
    reviews: [],
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

/** One page of a list, the last one. */
export function pageOf<Item>(...items: Item[]) {
  return { items, next_cursor: null };
}
