import { IconCalendar, IconFolderSymlink, IconMan, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CorrectionMenu } from "../CorrectionMenu";
import { MovePhotoDialog } from "../MovePhotoDialog";
import { PhotoDateDialog } from "../PhotoDateDialog";
import { PhotoInErrorDialog } from "../PhotoInErrorDialog";
import { RegionDialog } from "./RegionDialog";

/** What can be put right about an overview photo. */
export function OverviewMenu({ image }: { image: Schemas["Image"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"region" | "move" | "date" | "error" | null>(null);
  const close = () => setOpen(null);
  const items = [
    ["region", IconMan, t("overviews.correctRegion")],
    ["date", IconCalendar, t("patient.correct.date")],
    ["move", IconFolderSymlink, t("overviews.move")],
    ["error", IconPhotoOff, t("patient.correct.void")],
  ] as const;
  return (
    <>
      <CorrectionMenu items={items} onChoose={setOpen} />
      {open === "region" && <RegionDialog image={image} onClose={close} />}
      {open === "move" && <MovePhotoDialog image={image} lesions={[]} onClose={close} />}
      {open === "date" && <PhotoDateDialog image={image} onClose={close} />}
      {open === "error" && <PhotoInErrorDialog image={image} onClose={close} />}
    </>
  );
}
