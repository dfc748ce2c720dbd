import { Text, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Thumbnail } from "@/findings/Thumbnail";
import { zoneOf } from "@/findings/zone";
import { ZoneMark } from "@/findings/ZoneMark";
import strip from "@/viewer/Filmstrip.module.css";
import type { Entry } from "./queue";

const TILE = 92;

/** What is still to be done, in one row. */
export function QueueStrip({
  entries,
  place,
  onChoose,
}: {
  entries: Entry[];
  place: number;
  onChoose: (entry: Entry) => void;
}) {
  const { t } = useTranslation();
  const row = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only
  const tiles = useVirtualizer({
    horizontal: true,
    count: entries.length,
    getScrollElement: () => row.current,
    estimateSize: () => TILE,
    overscan: 6,
  });
  useEffect(() => tiles.scrollToIndex(place, { align: "auto" }), [place, tiles]);
  return (
    <div ref={row} className={strip.row} role="group" aria-label={t("worklist.waiting")}>
      <div className={strip.all} style={{ width: tiles.getTotalSize() }}>
        {tiles.getVirtualItems().map(({ index, start }) => {
          const entry = entries[index];
          if (!entry) return null;
          const zone = zoneOf(entry.detection);
          return (
            <div
              key={entry.detection.id}
              className={strip.slot}
              style={{ left: start, width: TILE }}
            >
              <UnstyledButton
                className={strip.photo}
                style={{ width: TILE - 4 }}
                aria-label={[entry.full_name, zone && t(`finding.zone.${zone}`)]
                  .filter(Boolean)
                  .join(", ")}
                aria-pressed={index === place}
                onClick={() => onChoose(entry)}
              >
                <span className={strip.picture}>
                  <Thumbnail imageId={entry.detection.image_id} name="" size={44} />
                  {zone && (
                    <span className={strip.zone}>
                      <ZoneMark zone={zone} size={12} />
                    </span>
                  )}
                </span>
                <Text component="span" className={strip.day} maw={TILE - 12} truncate aria-hidden>
                  {entry.full_name}
                </Text>
              </UnstyledButton>
            </div>
          );
        })}
      </div>
    </div>
  );
}
