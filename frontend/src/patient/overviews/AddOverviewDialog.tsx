import { FileInput } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";
import { FormDialog } from "@/ui/FormDialog";
import { showProblem } from "@/ui/notices";
import { ACCEPTED, MAX_BYTES } from "@/uploads/accepted";
import { fileKind } from "@/uploads/file_kind";
import { addUploads } from "@/uploads/queue";
import type { Focus } from "../body/place_names";
import { REGIONS } from "../body/regions";
import { RegionFields } from "./RegionFields";
import type { OverviewRegion } from "./regions";

/** Adds photos of a part of the body; of the one that the map shows large, unless said otherwise. */
export function AddOverviewDialog({
  patientId,
  focus,
  onClose,
}: {
  patientId: string;
  focus: Focus | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const user = useUser();
  const [region, setRegion] = useState<OverviewRegion>(() => startOf(focus));
  const [files, setFiles] = useState<File[]>([]);
  const wrong = files.map((file) => reasonAgainst(file)).find(Boolean);
  return (
    <FormDialog
      title={t("overviews.add")}
      submit={t("overviews.send")}
      isBusy={false}
      isDisabled={files.length === 0 || !!wrong}
      onClose={onClose}
      onSubmit={() => {
        const to = { userId: user.id, patientId, lesionId: null, overview: region };
        addUploads(files, to).catch(showProblem);
        onClose();
      }}
    >
      <RegionFields value={region} onChange={setRegion} />
      <FileInput
        multiple
        required
        label={t("overviews.photos")}
        description={t("overviews.photosHelp")}
        placeholder={t("patient.upload.choose")}
        leftSection={<IconPhoto size={18} aria-hidden />}
        accept={Object.keys(ACCEPTED).join(",")}
        value={files}
        onChange={setFiles}
        error={wrong}
      />
    </FormDialog>
  );

  function reasonAgainst(file: File): string | null {
    const kind = fileKind(file.name);
    if (kind) return t(`files.${kind}`);
    return file.size > MAX_BYTES ? t("patient.upload.tooLarge") : null;
  }
}

function startOf(focus: Focus | null): OverviewRegion {
  const place = focus?.place;
  if (!place) return { body_site: "posterior_torso", region: null, side: null };
  return { body_site: REGIONS[place.region].site, ...place };
}
