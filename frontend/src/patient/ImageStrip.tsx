import { Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Thumbnail } from "@/findings/Thumbnail";
import { day, dayAndTime } from "@/i18n/moments";
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
        const taken = image.captured_at ?? image.created_at;
        return (
          <UnstyledButton
            key={image.id}
            className={classes.photo}
            aria-pressed={image.id === chosen}
            onClick={() => onChoose(image.id)}
          >
            <Thumbnail
              imageId={image.id}
              name={t("patient.photos.name", { at: dayAndTime(taken) })}
            />
            <Text size="xs" ta="center" aria-hidden>
              {day(taken)}
            </Text>
          </UnstyledButton>
        );
      })}
    </Group>
  );
}
