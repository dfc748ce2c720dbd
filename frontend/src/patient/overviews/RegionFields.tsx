import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PLACES, placeFrom, placeName, wordOf } from "../body/place_names";
import { REGIONS } from "../body/regions";
import { BODY_SITES } from "../body/sites";
import type { OverviewRegion } from "./regions";

/** Which part of the body a photo shows: a site, and within it a region or all of it. */
export function RegionFields({
  value: { body_site, region, side },
  onChange,
}: {
  value: OverviewRegion;
  onChange: (value: OverviewRegion) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <NativeSelect
        label={t("patient.lesion.site")}
        value={body_site}
        onChange={({ currentTarget }) => {
          const site = BODY_SITES.find((one) => one === currentTarget.value);
          if (site) onChange({ body_site: site, region: null, side: null });
        }}
        data={BODY_SITES.map((site) => ({ value: site, label: t(`patient.sites.${site}`) }))}
      />
      <NativeSelect
        label={t("patient.lesion.region")}
        value={region ? wordOf({ region, side: side ?? null }) : ""}
        onChange={({ currentTarget }) => {
          const place = placeFrom(currentTarget.value);
          onChange({ body_site, region: place?.region ?? null, side: place?.side ?? null });
        }}
        data={[
          { value: "", label: t("overviews.whole") },
          ...PLACES.filter((place) => REGIONS[place.region].site === body_site).map((place) => ({
            value: wordOf(place),
            label: placeName(t, place),
          })),
        ]}
      />
    </>
  );
}
