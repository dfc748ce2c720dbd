import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { takenText } from "@/findings/taken";
import { zoneOf } from "@/findings/zone";
import { day } from "@/i18n/moments";
import classes from "./Filmstrip.module.css";
import { Strip } from "./Strip";

const TILE = 92;

/** What is known of a photo beside itself. */
export interface Marks {
  detection?: Schemas["Detection"];
  /** The verdict that stands. */
  review?: Schemas["Review"];
}

/** A lesion's photos in one row, the newest first. */
export function Filmstrip({
  images,
  marks,
  chosen,
  onChoose,
  label,
  site,
  takesFocus,
  children,
}: {
  images: Schemas["Image"][];
  marks?: ReadonlyMap<string, Marks>;
  chosen: string | null;
  onChoose: (imageId: string) => void;
  label?: string;
  /** Where the lesion is, in words. */
  site?: string;
  /** The chosen photo has the focus when the dialog opens that the row stands in. */
  takesFocus?: boolean;
  /** Stands before the photos. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const tiles = images.map((image) => {
    const { detection, review } = marks?.get(image.id) ?? {};
    return {
      key: image.id,
      imageId: image.id,
      name: [t("patient.photos.name", { at: takenText(image) }), site].filter(Boolean).join(", "),
      caption: day(image.captured_at ?? image.created_at),
      zone: detection ? zoneOf(detection) : null,
      verdict: review && t(`patient.verdicts.${review.verdict}`),
    };
  });
  return (
    <div className={classes.strip}>
      {children}
      <Strip
        tiles={tiles}
        width={TILE}
        place={images.findIndex(({ id }) => id === chosen)}
        onChoose={(index) => {
          const image = images[index];
          if (image) onChoose(image.id);
        }}
        label={label ?? t("patient.photos.title")}
        takesFocus={takesFocus}
      />
    </div>
  );
}
