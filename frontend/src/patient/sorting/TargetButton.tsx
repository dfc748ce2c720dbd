import { Kbd, Text } from "@mantine/core";
import { IconInbox, IconPhoto } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { Thumbnail } from "@/findings/Thumbnail";
import { siteName } from "../body/place_names";
import type { Target } from "./targets";
import classes from "./SortingPage.module.css";

/** As what a photo's id is dragged. */
export const DRAGGED = "application/x-dermis-photo";

/** A lesion, or the unsorted tray: takes the photo it is about, or one that is dropped on it. */
export function TargetButton({
  target: { key, lesion },
  name,
  imageId,
  count,
  isChosen,
  onPut,
  onDrop,
}: {
  target: Target;
  name: string;
  imageId: string | undefined;
  /** Photos that were put here just now. */
  count: number;
  isChosen: boolean;
  onPut: () => void;
  onDrop: (photoId: string) => void;
}) {
  const { t } = useTranslation();
  const [isOver, setIsOver] = useState(false);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAGGED)) return;
    event.preventDefault();
    setIsOver(true);
  };
  const drop = (event: DragEvent) => {
    setIsOver(false);
    const id = event.dataTransfer.getData(DRAGGED);
    if (!id) return;
    event.preventDefault();
    onDrop(id);
  };
  const site = lesion && siteName(t, lesion);
  return (
    <button
      type="button"
      className={classes.target}
      aria-pressed={isChosen}
      data-over={isOver || undefined}
      onClick={onPut}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <span className={classes.icon}>
        {imageId ? (
          <Thumbnail imageId={imageId} name="" size={48} />
        ) : lesion ? (
          <IconPhoto size={22} aria-hidden />
        ) : (
          <IconInbox size={22} aria-hidden />
        )}
      </span>
      <span className={classes.words}>
        <Text component="span" size="sm" fw={500} display="block" lineClamp={2}>
          {name}
        </Text>
        <Text component="span" size="xs" c="dimmed" display="block">
          {[site, count > 0 && t("sorting.added", { count })].filter(Boolean).join(" · ")}
        </Text>
      </span>
      {key && <Kbd aria-hidden>{key.toUpperCase()}</Kbd>}
    </button>
  );
}
