import { useTranslation } from "react-i18next";
import { zoneOf } from "@/findings/zone";
import { Strip } from "@/viewer/Strip";
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
  const tiles = entries.map(({ detection, full_name }) => ({
    key: detection.id,
    imageId: detection.image_id,
    name: full_name,
    caption: full_name,
    zone: zoneOf(detection),
  }));
  return (
    <Strip
      tiles={tiles}
      width={TILE}
      place={place}
      onChoose={(index) => {
        const entry = entries[index];
        if (entry) onChoose(entry);
      }}
      label={t("worklist.waiting")}
    />
  );
}
