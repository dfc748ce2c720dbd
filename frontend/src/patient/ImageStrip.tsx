import { Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Thumbnail } from "@/findings/Thumbnail";
import { takenText } from "@/findings/taken";
import { day } from "@/i18n/moments";
import classes from "./ImageStrip.module.css";

/** All photos of a lesion, the newest first. */
export function ImageStrip({
  images,
  chosen,
  onChoose,
}: {
  images: Schemas["Image"][];
  chosen: string | null;
  onChoose: (imageId: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" role="group" aria-label={t("patient.photos.title")}>
      {images.map((image) => {
        const name = t("patient.photos.name", { at: takenText(image) });
        return (
          <UnstyledButton
            key={image.id}
            // Also while the thumbnail is on its way, or can't be had.
            aria-label={name}
            className={classes.photo}
            aria-pressed={image.id === chosen}
            onClick={() => onChoose(image.id)}
          >
            <Thumbnail imageId={image.id} name="" />
            <Text size="xs" ta="center" aria-hidden>
              {takenText(image, day)}
            </Text>
          </UnstyledButton>
        );
      })}
    </Group>
  );
}
