import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useAuthorName } from "@/patient/useAuthorName";
import { lesionOf, type Entry } from "./order";
import classes from "./QueueList.module.css";
import { QueueRow } from "./QueueRow";
import type { Selection } from "./useSelection";

const ROW = 60;
/** Of a further photo of the lesion above it. */
const FURTHER = 44;

/** What is still to be done, the photos of a lesion together; only those in sight are drawn. */
export function QueueList({
  entries,
  place,
  selection,
  onChoose,
}: {
  entries: readonly Entry[];
  place: number;
  selection: Selection;
  onChoose: (entry: Entry) => void;
}) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const frame = useRef<HTMLDivElement>(null);
  const isFurther = (index: number) => {
    const [entry, above] = [entries[index], entries[index - 1]];
    return !!entry && !!above && lesionOf(entry) === lesionOf(above);
  };
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only
  const drawn = useVirtualizer({
    count: entries.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => (isFurther(index) ? FURTHER : ROW),
    getItemKey: (index) => entries[index]?.detection.id ?? index,
    initialRect: { width: 280, height: 700 },
    overscan: 6,
  });
  useEffect(() => drawn.measure(), [entries, drawn]);
  useEffect(() => {
    if (place >= 0) drawn.scrollToIndex(place, { align: "auto" });
  }, [place, drawn]);
  const choose = (index: number, isRange: boolean) => {
    const entry = entries[index];
    if (!entry) return;
    if (isRange) selection.add(entries.slice(Math.min(place, index), Math.max(place, index) + 1));
    onChoose(entry);
  };
  return (
    <div ref={frame} className={classes.frame} role="group" aria-label={t("worklist.waiting")}>
      <div className={classes.all} style={{ height: drawn.getTotalSize() }}>
        {drawn.getVirtualItems().map(({ index, start, size }) => {
          const entry = entries[index];
          return (
            entry && (
              <QueueRow
                key={entry.detection.id}
                entry={entry}
                isFurther={isFurther(index)}
                isChosen={index === place}
                isSelected={selection.has(entry)}
                nameOf={nameOf}
                style={{ top: start, height: size }}
                onChoose={(isRange) => choose(index, isRange)}
                onSelect={() => selection.toggle(entry)}
              />
            )
          );
        })}
      </div>
    </div>
  );
}
