import type { TFunction } from "i18next";
import { highest, type Pin } from "./clusters";
import type { Place } from "./drawing";
import { PLACES, placeName, wordOf } from "./place_names";
import { REGIONS } from "./regions";
import { BODY_SITES, type BodySite } from "./sites";
import { isSame } from "./views";

/** A lesion wherever it is stated to be; one without a pin is in the tree alone. */
export interface Placed extends Omit<Pin, "position"> {
  site: BodySite | null;
  place: Place | null;
}

/** A row of the tree: a site, a place in it, or a lesion. */
export interface TreeItem {
  /** Unlike any other's. */
  key: string;
  name: string;
  level: number;
  parent: TreeItem | null;
  children: TreeItem[];
  /** All lesions in it. */
  lesions: Placed[];
  place: Place | null;
  /** Of a row that is a lesion. */
  lesionId: string | null;
}

/** Sites with their places, and the lesions in each; what is not stated comes last. */
export function treeOf(t: TFunction, lesions: readonly Placed[]): TreeItem[] {
  const sites = BODY_SITES.map((site) => {
    const within = lesions.filter(({ place, site: stated }) =>
      place ? REGIONS[place.region].site === site : stated === site,
    );
    const item = itemOf(site, t(`patient.sites.${site}`), null, within);
    const places = PLACES.filter(({ region }) => REGIONS[region].site === site).map((place) => {
      const there = within.filter((lesion) => lesion.place && isSame(lesion.place, place));
      const row = itemOf(wordOf(place), placeName(t, place), item, there, place);
      row.children = there.map((lesion) => lesionItem(t, lesion, row));
      return row;
    });
    const loose = within.filter(({ place }) => !place);
    item.children = [...places, ...loose.map((lesion) => lesionItem(t, lesion, item))];
    return item;
  });
  const nowhere = lesions.filter(({ place, site }) => !place && !site);
  if (nowhere.length === 0) return sites;
  const item = itemOf("nowhere", t("patient.lesion.siteUnknown"), null, nowhere);
  item.children = nowhere.map((lesion) => lesionItem(t, lesion, item));
  return [...sites, item];
}

function itemOf(
  key: string,
  name: string,
  parent: TreeItem | null,
  lesions: Placed[],
  place: Place | null = null,
): TreeItem {
  const level = parent ? parent.level + 1 : 1;
  return { key, name, level, parent, children: [], lesions, place, lesionId: null };
}

function lesionItem(t: TFunction, lesion: Placed, parent: TreeItem): TreeItem {
  const { id, number, name } = lesion;
  const text = `${number}. ${name || t("patient.lesion.unnamed")}`;
  return { ...itemOf(id, text, parent, [lesion], lesion.place), lesionId: id };
}

/** What is read out after a row's name: how many lesions it has, and the worst zone among them. */
export function spoken(t: TFunction, { lesions, lesionId }: TreeItem): string {
  const zone = highest(lesions);
  return [
    !lesionId && lesions.length > 0 && t("patient.map.lesions", { count: lesions.length }),
    zone &&
      (lesionId
        ? t(`finding.zone.${zone}`)
        : t("patient.map.highest", { zone: t(`finding.zone.${zone}`) })),
  ]
    .filter(Boolean)
    .map((part) => `, ${part}`)
    .join("");
}
