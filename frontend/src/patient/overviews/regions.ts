import type { TFunction } from "i18next";
import type { Schemas } from "@/api/client";
import { siteName, type Focus } from "../body/place_names";
import { REGIONS } from "../body/regions";
import type { BodySite } from "../body/sites";
import type { View } from "../body/views";

export type OverviewRegion = Schemas["OverviewRegion"];

/** Sites that a view of the body shows, where it shows a part of the body only. */
const SITES_OF: Partial<Record<View, BodySite>> = {
  head_right: "head_neck",
  head_left: "head_neck",
  palms: "palms_soles",
  soles: "palms_soles",
};

/** A part of the body as people say it: "Back of the torso", "Shoulder, left". */
export const overviewName = (t: TFunction, { body_site, region, side }: OverviewRegion) =>
  siteName(t, { body_site, region: region ?? null, side: side ?? null });

/** Whether an overview photo shows what the body map shows large. */
export function isOf({ body_site, region, side }: OverviewRegion, { place, view }: Focus): boolean {
  if (!place) return (SITES_OF[view] ?? body_site) === body_site;
  return (
    REGIONS[place.region].site === body_site &&
    (!region || region === place.region) &&
    (!side || side === place.side)
  );
}
