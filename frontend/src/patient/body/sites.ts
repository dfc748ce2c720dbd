import type { Schemas } from "@/api/client";

export type BodySite = NonNullable<Schemas["LesionProfile"]["body_site"]>;

/** ISIC's general anatomic sites, from head to foot. */
export const BODY_SITES: readonly BodySite[] = [
  "head_neck",
  "anterior_torso",
  "lateral_torso",
  "posterior_torso",
  "upper_extremity",
  "lower_extremity",
  "palms_soles",
  "oral_genital",
];
