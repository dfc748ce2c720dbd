import { IconCalendar, IconFolderSymlink, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CorrectionMenu } from "./CorrectionMenu";
import { MovePhotoDialog } from "./MovePhotoDialog";
import { PhotoDateDialog } from "./PhotoDateDialog";
import { PhotoInErrorDialog } from "./PhotoInErrorDialog";

/** What can be put right about a photo. */
export function PhotoMenu({
  image,
  lesions,
}: {
  image: Schemas["Image"];
  lesions: Schemas["Lesion"][];
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"move" | "date" | "error" | null>(null);
  const close = () => setOpen(null);
  const items = [
    ["move", IconFolderSymlink, t("patient.correct.move")],
    ["date", IconCalendar, t("patient.correct.date")],
    ["error", IconPhotoOff, t("patient.correct.void")],
  ] as const;
  return (
    <>
      <CorrectionMenu items={items} onChoose={setOpen} />
      {open === "move" && <MovePhotoDialog image={image} lesions={lesions} onClose={close} />}
      {open === "date" && <PhotoDateDialog image={image} onClose={close} />}
      {open === "error" && <PhotoInErrorDialog image={image} onClose={close} />}
    </>
  );
}
