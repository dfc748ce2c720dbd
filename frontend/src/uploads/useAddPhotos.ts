import type { FileRejection } from "@mantine/dropzone";
import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";
import { showProblem, showRefusal } from "@/ui/notices";
import { MAX_BYTES } from "./accepted";
import { fileKind } from "./file_kind";
import { addUploads } from "./queue";

/**
 * Puts photos into the queue of a lesion, or of the unsorted tray, and says which are refused.
 *
 * With `isSorting` they wait on the sorting screen until somebody has said where each belongs.
 */
export function useAddPhotos(
  patientId: string,
  lesionId: string | null,
  { isSorting = false }: { isSorting?: boolean } = {},
) {
  const { t } = useTranslation();
  const user = useUser();
  const add = (files: File[], takenAt?: string) => {
    if (files.length === 0) return;
    const more = { ...(takenAt && { takenAt }), ...(isSorting && { isSorting }) };
    addUploads(files, { userId: user.id, patientId, lesionId, ...more }).catch(showProblem);
  };
  const reasonAgainst = (file: File) => {
    const kind = fileKind(file.name);
    if (kind) return t(`files.${kind}`);
    return file.size > MAX_BYTES ? t("patient.upload.tooLarge") : t("patient.upload.wrongType");
  };
  const refuse = (rejections: FileRejection[]) => {
    for (const { file } of rejections.slice(0, 5)) {
      showRefusal(file.name, reasonAgainst(file));
    }
  };
  return { add, refuse };
}
