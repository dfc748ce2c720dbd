import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { FormDialog } from "@/ui/FormDialog";
import { problemText } from "@/ui/notices";
import { usePhotoCorrections } from "../usePhotoCorrections";
import { RegionFields } from "./RegionFields";
import { overviewName, type OverviewRegion } from "./regions";

/** Corrects which part of the body an overview photo shows. */
export function RegionDialog({ image, onClose }: { image: Schemas["Image"]; onClose: () => void }) {
  const { t } = useTranslation();
  const { correct } = usePhotoCorrections();
  const [region, setRegion] = useState<OverviewRegion>(
    image.overview ?? { body_site: "posterior_torso" },
  );
  return (
    <FormDialog
      title={t("overviews.correctRegion")}
      submit={t("shell.save")}
      error={correct.error ? problemText(correct.error) : undefined}
      isBusy={correct.isPending}
      onClose={onClose}
      onSubmit={() =>
        correct.mutate(
          { image, to: overviewName(t, region), body: { overview: region } },
          { onSuccess: onClose },
        )
      }
    >
      <RegionFields value={region} onChange={setRegion} />
    </FormDialog>
  );
}
