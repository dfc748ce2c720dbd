import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { takenText } from "@/findings/taken";
import type { Similarity } from "./similarity";
import classes from "../ComparedPhotos.module.css";

/** A photo turned, scaled and moved into the frame of another, whose size it takes. */
export function AlignedPhoto({
  image,
  frame,
  similarity: { a, b, dx, dy },
}: {
  image: Schemas["Image"];
  frame: Schemas["Image"];
  /** From the photo's pixels to the frame's. */
  similarity: Similarity;
}) {
  const { t } = useTranslation();
  const { url } = usePicture(`/api/images/${image.id}`);
  const name = t("patient.compare.align.name", { at: takenText(image) });
  return (
    <svg
      role="img"
      aria-label={name}
      className={classes.photo}
      viewBox={`0 0 ${frame.width} ${frame.height}`}
    >
      {url && (
        <image
          href={url}
          width={image.width}
          height={image.height}
          transform={`matrix(${a} ${b} ${-b} ${a} ${dx} ${dy})`}
        />
      )}
    </svg>
  );
}
