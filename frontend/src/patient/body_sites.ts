import type { Schemas } from "@/api/client";

export type BodySite = NonNullable<Schemas["LesionProfile"]["body_site"]>;
export type BodyPosition = Schemas["BodyPosition"];

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

/** The site most likely meant by a point on the drawing; people can choose another. */
export function siteAt({ view, x, y }: BodyPosition): BodySite {
  const fromMiddle = Math.abs(x - 0.5);
  if (y < 0.16) return "head_neck";
  if (y > 0.93) return "palms_soles";
  if (y > 0.5 && fromMiddle < 0.22) return "lower_extremity";
  if (fromMiddle > 0.22) return y > 0.5 ? "palms_soles" : "upper_extremity";
  return view === "front" ? "anterior_torso" : "posterior_torso";
}
