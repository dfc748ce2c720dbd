import { Skeleton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useState, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { ErrorState } from "@/ui/States";
import { ZoomFrame } from "@/viewer/ZoomFrame";
import type { LesionFacts } from "../lesion_facts";
import { OverviewPin } from "./OverviewPin";
import { OverviewPins } from "./OverviewPins";
import type { Place } from "./usePins";
import classes from "./Overviews.module.css";

const MIDDLE: Place = { x: 0.5, y: 0.5 };

/** An overview photo to zoom into, with its pins; a press places the one that is being placed. */
export function OverviewPhoto({
  image,
  name,
  pins,
  facts,
  placing,
  onPlace,
  onChoose,
}: {
  image: Schemas["Image"];
  name: string;
  pins: readonly Schemas["Pin"][];
  facts: readonly LesionFacts[];
  /** The lesion whose pin is about to be placed. */
  placing: LesionFacts | null;
  /** Absent where nothing can be changed. */
  onPlace?: (lesionId: string, at: Place) => void;
  onChoose: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const photo = usePicture(`/api/images/${image.id}`);
  const { ref, width, height } = useElementSize();
  const [zoom, setZoom] = useState(1);
  if (photo.error) return <ErrorState error={photo.error} onRetry={() => void photo.refetch()} />;
  const fit = Math.min(width / image.width, height / image.height);
  // A pin is as large on the screen however near the photo is.
  const scale = fit ? 1 / (fit * zoom) : 1;
  const size = { width: image.width, height: image.height };
  const press = (event: MouseEvent<SVGSVGElement>) => {
    const pressed = event.target as Element;
    if (!placing || !onPlace || pressed.closest("[role=button]")) return;
    const at = placeIn(event.currentTarget.getBoundingClientRect(), event, size);
    if (at) onPlace(placing.lesion.id, at);
  };
  return (
    <div className={classes.viewer} data-placing={placing !== null || undefined}>
      {photo.url ? (
        <ZoomFrame isFilling onMove={({ scale: near }) => setZoom(near)}>
          <div ref={ref} className={classes.place}>
            <img src={photo.url} alt={name} className={classes.picture} draggable={false} />
            {/* Pins have keys of their own; the press on the photo has them in the pin that waits. */}
            <svg
              viewBox={`0 0 ${image.width} ${image.height}`}
              className={`${classes.picture} ${classes.pins}`}
              role="group"
              aria-label={t("overviews.pins")}
              onClick={press}
            >
              <OverviewPins {...{ pins, facts, size, scale, onPlace, onChoose }} />
              {placing && onPlace && (
                <OverviewPin
                  key={`new ${placing.lesion.id}`}
                  isNew
                  facts={placing}
                  at={MIDDLE}
                  {...{ size, scale }}
                  onMove={(to) => onPlace(placing.lesion.id, to)}
                  onChoose={() => onPlace(placing.lesion.id, MIDDLE)}
                />
              )}
            </svg>
          </div>
        </ZoomFrame>
      ) : (
        <Skeleton height="100%" radius={0} />
      )}
    </div>
  );
}

/** Where on a photo a press was, which is shown whole in the middle of its frame; null beside it. */
function placeIn(
  frame: DOMRect,
  { clientX, clientY }: { clientX: number; clientY: number },
  { width, height }: { width: number; height: number },
): Place | null {
  const fit = Math.min(frame.width / width, frame.height / height);
  const x = (clientX - frame.left - (frame.width - width * fit) / 2) / (width * fit);
  const y = (clientY - frame.top - (frame.height - height * fit) / 2) / (height * fit);
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
}
