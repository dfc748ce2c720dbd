import { IconPhoto, IconSparkles } from "@tabler/icons-react";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { useObjectUrl } from "@/api/useBytes";
import type { Upload } from "@/uploads/queue";
import classes from "./SortingPage.module.css";

/** A photo to be sorted: chosen by a press or an arrow key, or dragged to where it belongs. */
export function PhotoTile({
  photo,
  isCurrent,
  place,
  mark,
  isSuggested,
  onChoose,
  onDragStart,
}: {
  photo: Upload;
  isCurrent: boolean;
  /** Where it was put, in words. */
  place: string | null;
  /** The number of the lesion it was put to. */
  mark: number | null;
  isSuggested: boolean;
  onChoose: () => void;
  onDragStart: (event: DragEvent) => void;
}) {
  const { t } = useTranslation();
  const url = useObjectUrl(photo.file);
  const [isUnreadable, setIsUnreadable] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isCurrent) button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isCurrent]);
  const state = place ?? t(isSuggested ? "sorting.hasSuggestion" : "sorting.unplaced");
  return (
    <button
      ref={button}
      type="button"
      className={classes.tile}
      aria-pressed={isCurrent}
      aria-label={`${photo.name}, ${state}`}
      draggable
      onDragStart={onDragStart}
      onClick={onChoose}
    >
      {url && !isUnreadable ? (
        <img src={url} alt="" draggable={false} onError={() => setIsUnreadable(true)} />
      ) : (
        // HEIC and TIFF, which most browsers don't show.
        <IconPhoto size={32} aria-hidden />
      )}
      {place ? (
        <span className={classes.mark} aria-hidden>
          {mark ?? "·"}
        </span>
      ) : isSuggested ? (
        <span className={classes.mark} data-suggested aria-hidden>
          <IconSparkles size={14} />
        </span>
      ) : null}
    </button>
  );
}
