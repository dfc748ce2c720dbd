import { Text, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconStethoscope } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { takenText } from "@/findings/taken";
import { Thumbnail } from "@/findings/Thumbnail";
import { zoneOf } from "@/findings/zone";
import { ZoneMark } from "@/findings/ZoneMark";
import { day } from "@/i18n/moments";
import classes from "./Filmstrip.module.css";

const TILE = 78;
const PICTURE = 44;

/** What is known of a photo beside itself. */
export interface Marks {
  detection?: Schemas["Detection"];
  /** The verdict that stands. */
  review?: Schemas["Review"];
}

/** Photos in one row, the newest first, however many there are: only those in sight are drawn. */
export function Filmstrip({
  images,
  marks,
  chosen,
  onChoose,
  label,
  children,
}: {
  images: Schemas["Image"][];
  marks?: ReadonlyMap<string, Marks>;
  chosen: string | null;
  onChoose: (imageId: string) => void;
  label?: string;
  /** Stands before the photos. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const row = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only
  const tiles = useVirtualizer({
    horizontal: true,
    count: images.length,
    getScrollElement: () => row.current,
    estimateSize: () => TILE,
    initialRect: { width: 1000, height: TILE },
    overscan: 6,
  });
  const place = images.findIndex(({ id }) => id === chosen);
  useEffect(() => {
    if (place >= 0) tiles.scrollToIndex(place, { align: "auto" });
  }, [place, tiles]);
  return (
    <div className={classes.strip}>
      {children}
      <div
        ref={row}
        className={classes.row}
        role="group"
        aria-label={label ?? t("patient.photos.title")}
      >
        <div className={classes.all} style={{ width: tiles.getTotalSize() }}>
          {tiles.getVirtualItems().map(({ index, start }) => {
            const image = images[index];
            if (!image) return null;
            return (
              <div key={image.id} className={classes.slot} style={{ left: start }}>
                <Tile
                  image={image}
                  marks={marks?.get(image.id)}
                  isChosen={image.id === chosen}
                  onChoose={() => onChoose(image.id)}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Tile({
  image,
  marks,
  isChosen,
  onChoose,
}: {
  image: Schemas["Image"];
  marks: Marks | undefined;
  isChosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const zone = marks?.detection ? zoneOf(marks.detection) : null;
  const name = [
    t("patient.photos.name", { at: takenText(image) }),
    zone && t(`finding.zone.${zone}`),
    marks?.review && t(`patient.verdicts.${marks.review.verdict}`),
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <UnstyledButton
      // Also while the thumbnail is on its way, or can't be had.
      aria-label={name}
      className={classes.photo}
      aria-pressed={isChosen}
      onClick={onChoose}
    >
      <span className={classes.picture}>
        <Thumbnail imageId={image.id} name="" size={PICTURE} />
        {zone && (
          <span className={classes.zone}>
            <ZoneMark zone={zone} size={12} />
          </span>
        )}
        {marks?.review && (
          <span className={classes.verdict}>
            <IconStethoscope size={12} aria-hidden />
          </span>
        )}
      </span>
      <Text component="span" className={classes.day} aria-hidden>
        {day(image.captured_at ?? image.created_at)}
      </Text>
    </UnstyledButton>
  );
}
