import type { TFunction } from "i18next";
import type { Schemas } from "@/api/client";
import type { Place } from "./drawing";
import { REGIONS, type Region } from "./regions";
import { placeAt, type View } from "./views";

type Lesion = Pick<Schemas["Lesion"], "body_site" | "region" | "side" | "position">;

/** A place as people say it: "Cheek, left". */
export function placeName(t: TFunction, { region, side }: Place): string {
  const name = t(`regions.${region}`);
  return side ? t("patient.map.sided", { name, side: t(`patient.map.${side}`) }) : name;
}

/** Where a lesion is by its record, as closely as it is stated; "" where it isn't. */
export function siteName(t: TFunction, { body_site, region, side }: Lesion): string {
  if (region) return placeName(t, { region, side: side ?? null });
  return body_site ? t(`patient.sites.${body_site}`) : "";
}

/** Where a lesion is: the region that is stated, or else the one that its pin lies in. */
export function placeOf({ region, side, position }: Lesion): Place | null {
  if (region) return { region, side: side ?? null };
  return position ? placeAt(position) : null;
}

/** A place as one word, for addresses and lists. */
export const wordOf = ({ region, side }: Place) => (side ? `${region}.${side}` : region);

export function placeFrom(word: string): Place | null {
  const [region = "", side] = word.split(".");
  if (!(region in REGIONS)) return null;
  const isSide = side === "left" || side === "right";
  return { region: region as Region, side: isSide ? side : null };
}

/** Every place of the body, from head to foot, the right side before the left. */
export const PLACES: readonly Place[] = (Object.keys(REGIONS) as Region[]).flatMap(
  (region): Place[] =>
    REGIONS[region].isPaired
      ? [
          { region, side: "right" },
          { region, side: "left" },
        ]
      : [{ region, side: null }],
);

/** What is shown large: a place in one of the drawings, or a whole small drawing. */
export interface Focus {
  view: View;
  place: Place | null;
}
