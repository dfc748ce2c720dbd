import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { Facts } from "@/ui/Facts";

/** For whom the version was shown to work, and what its data don't tell. */
export function ShownFor({ shown }: { shown: Schemas["ClinicalCard"]["shown_for"] }) {
  const { t } = useTranslation();
  if (!shown) return <Text size="sm">{t("finding.cautions.unknown")}</Text>;
  const { ages, sites = [], skin_types: skinTypes = [], grounds } = shown;
  const unrecorded = t("card.notRecorded");
  const list = new Intl.ListFormat(currentLanguage());
  return (
    <>
      <Facts
        facts={[
          {
            name: t("card.ages"),
            value: ages ? t("card.years", { from: ages[0], to: ages[1] }) : unrecorded,
          },
          {
            name: t("card.sites"),
            value: sites.length
              ? list.format(sites.map((site) => t(`patient.sites.${site}`)))
              : unrecorded,
          },
          {
            name: t("card.skinTypes"),
            value: skinTypes.length ? list.format(skinTypes) : unrecorded,
          },
          {
            name: t("card.device"),
            value: shown.dermoscopic_only ? t("card.dermoscope") : unrecorded,
          },
        ]}
      />
      {grounds && (
        <Text size="sm" lang="en">
          {grounds}
        </Text>
      )}
    </>
  );
}
