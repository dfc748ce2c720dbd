import { ActionIcon, Menu } from "@mantine/core";
import { IconCalendar, IconDots, IconFolderSymlink, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
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
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t("patient.correct.menu")}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconFolderSymlink size={16} aria-hidden />}
            onClick={() => setOpen("move")}
          >
            {t("patient.correct.move")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCalendar size={16} aria-hidden />}
            onClick={() => setOpen("date")}
          >
            {t("patient.correct.date")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPhotoOff size={16} aria-hidden />}
            onClick={() => setOpen("error")}
          >
            {t("patient.correct.void")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === "move" && <MovePhotoDialog image={image} lesions={lesions} onClose={close} />}
      {open === "date" && <PhotoDateDialog image={image} onClose={close} />}
      {open === "error" && <PhotoInErrorDialog image={image} onClose={close} />}
    </>
  );
}
