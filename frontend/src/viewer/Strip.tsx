import { Text, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconStethoscope } from "@tabler/icons-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Thumbnail } from "@/findings/Thumbnail";
import type { Zone } from "@/findings/zone";
import { ZoneMark } from "@/findings/ZoneMark";
import classes from "./Strip.module.css";

const HEIGHT = 68;
const PICTURE = 44;
/** Between two tiles. */
const GAP = 4;

/** One photo of a strip. */
export interface Tile {
  key: string;
  imageId: string;
  /** What is said of it to whoever doesn't see it; the zone is added. */
  name: string;
  /** Below the picture. */
  caption: string;
  zone: Zone | null;
  /** The verdict that stands, in words. */
  verdict?: string;
}

/** Photos in one row, however many there are: only those in sight are drawn. */
export function Strip({
  tiles,
  width,
  place,
  onChoose,
  label,
  takesFocus = false,
}: {
  tiles: Tile[];
  /** Of a tile, in pixels. */
  width: number;
  /** Index of the chosen one; -1: none. */
  place: number;
  onChoose: (index: number) => void;
  label: string;
  /** The chosen one has the focus when the dialog opens that the strip stands in. */
  takesFocus?: boolean;
}) {
  const row = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only
  const drawn = useVirtualizer({
    horizontal: true,
    count: tiles.length,
    getScrollElement: () => row.current,
    estimateSize: () => width,
    initialRect: { width: 1000, height: HEIGHT },
    overscan: 6,
  });
  // Also once it is known how much room there is.
  const room = drawn.scrollRect?.width;
  useEffect(() => {
    if (place >= 0) drawn.scrollToIndex(place, { align: "auto" });
  }, [place, drawn, room]);
  const isLed = useRef(false);
  useEffect(() => {
    if (!isLed.current) return;
    isLed.current = false;
    // Its tile is drawn once the row has been scrolled there.
    const waiting = requestAnimationFrame(() => {
      row.current?.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    });
    return () => cancelAnimationFrame(waiting);
  }, [place]);
  const lead = (event: KeyboardEvent) => {
    const to = ledTo(event.key, place, tiles.length);
    if (to === null) return;
    event.preventDefault();
    isLed.current = true;
    onChoose(to);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons take the keys, and the row acts on them in one place
    <div ref={row} className={classes.row} role="group" aria-label={label} onKeyDown={lead}>
      <div className={classes.all} style={{ width: drawn.getTotalSize(), height: HEIGHT }}>
        {drawn.getVirtualItems().map(({ index, start }) => {
          const tile = tiles[index];
          if (!tile) return null;
          return (
            <div key={tile.key} className={classes.slot} style={{ left: start, width }}>
              <TileButton
                hasFocus={takesFocus && index === place}
                tile={tile}
                width={width - GAP}
                isChosen={index === place}
                onChoose={() => onChoose(index)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The place that a key leads to; null: it is none of the row's, or leads nowhere. */
function ledTo(key: string, place: number, count: number): number | null {
  const places: Record<string, number> = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    Home: 0,
    End: count - 1,
  };
  const to = places[key];
  return to === undefined || to < 0 || to >= count || to === place ? null : to;
}

function TileButton({
  tile: { imageId, name, caption, zone, verdict },
  width,
  isChosen,
  hasFocus,
  onChoose,
}: {
  tile: Tile;
  width: number;
  isChosen: boolean;
  hasFocus: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <UnstyledButton
      data-autofocus={hasFocus || undefined}
      // Also while the thumbnail is on its way, or can't be had.
      aria-label={[name, zone && t(`finding.zone.${zone}`), verdict].filter(Boolean).join(", ")}
      className={classes.photo}
      style={{ width }}
      aria-pressed={isChosen}
      onClick={onChoose}
    >
      <span className={classes.picture}>
        <Thumbnail imageId={imageId} name="" size={PICTURE} />
        {zone && (
          <span className={classes.zone}>
            <ZoneMark zone={zone} size={12} />
          </span>
        )}
        {verdict && (
          <span className={classes.verdict}>
            <IconStethoscope size={12} aria-hidden />
          </span>
        )}
      </span>
      <Text component="span" className={classes.caption} maw={width - 8} truncate aria-hidden>
        {caption}
      </Text>
    </UnstyledButton>
  );
}
