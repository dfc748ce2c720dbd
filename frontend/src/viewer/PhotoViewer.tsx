import { Group, Skeleton, Text } from "@mantine/core";
import { useFullscreenElement } from "@mantine/hooks";
import type { PanzoomObject } from "@panzoom/panzoom";
import {
  IconChevronLeft,
  IconChevronRight,
  IconEye,
  IconEyeOff,
  IconFlame,
  IconFocus2,
  IconMaximize,
  IconMinimize,
  IconPencil,
  IconRotateClockwise,
} from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { useKeys } from "@/ui/keys";
import { ErrorState } from "@/ui/States";
import { LightTool } from "./LightTool";
import { MapPanel } from "./MapPanel";
import { Markings } from "./markings/Markings";
import { useDrawing } from "./markings/useDrawing";
import { useMarkings, type MarkedImage } from "./markings/useMarkings";
import { SeenFrame } from "./SeenFrame";
import { Tool } from "./Tool";
import { AS_TAKEN, isChanged, useOverlay, type Overlay } from "./view_settings";
import { ZoomFrame } from "./ZoomFrame";
import { ZoomTools } from "./ZoomButtons";
import classes from "./PhotoViewer.module.css";

interface Props {
  image: MarkedImage;
  name: string;
  detection: Schemas["Detection"] | null;
  /** Nothing can be drawn on it. */
  isReadOnly?: boolean;
  /** Lead to the photos beside it; absent at an end of the row. */
  onPrevious?: () => void;
  onNext?: () => void;
}

/** A photo that fills its place, to zoom into, turn and light, with what the model saw of it. */
export function PhotoViewer(props: Props) {
  const overlay = useOverlay();
  const { ref, toggle, fullscreen } = useFullscreenElement();
  return (
    <div ref={ref} className={classes.viewer} data-testid="viewer">
      <Photo
        // A photo is whole, upright and as taken when it is opened.
        key={props.image.id}
        {...props}
        overlay={overlay}
        isFull={fullscreen}
        onFull={() => void toggle()}
      />
    </div>
  );
}

function Photo({
  image,
  name,
  detection,
  isReadOnly = false,
  onPrevious,
  onNext,
  overlay,
  isFull,
  onFull,
}: Props & { overlay: Overlay; isFull: boolean; onFull: () => void }) {
  const { t } = useTranslation();
  const [turns, setTurns] = useState(0);
  const [light, setLight] = useState(AS_TAKEN);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useDrawing(image);
  const isMarked = !!useMarkings(image).data?.markings.length;
  const [zoom, setZoom] = useState<PanzoomObject | null>(null);
  const [chosen, setChosen] = useState<"benign" | "malignant" | null>(null);
  const wasSeen = detection?.status === "complete";
  const hasMap = wasSeen && detection.assessable !== false;
  // The heatmap is of the result's own label until somebody chooses the other.
  const target = chosen ?? detection?.label ?? "malignant";
  const photo = usePicture(`/api/images/${image.id}`);
  const thumbnail = usePicture(`/api/images/${image.id}/thumbnail`);
  const map = usePicture(
    hasMap && overlay.isMapShown
      ? `/api/detections/${detection.id}/heatmap.png?target=${target}`
      : null,
  );
  const turn = () => setTurns((before) => (before + 1) % 4);

  useKeys({
    h: hasMap ? overlay.toggleMap : undefined,
    s: wasSeen ? overlay.toggleFrame : undefined,
    f: onFull,
    r: turn,
    m: isReadOnly ? undefined : drawing.toggle,
    v: isMarked ? overlay.toggleMarks : undefined,
    "+": () => zoom?.zoomIn(),
    "-": () => zoom?.zoomOut(),
    "0": () => zoom?.reset(),
    // While somebody draws, the arrow keys move the crosshair.
    ArrowLeft: drawing.isOn ? undefined : onPrevious,
    ArrowRight: drawing.isOn ? undefined : onNext,
  });

  if (photo.error) return <ErrorState error={photo.error} onRetry={() => void photo.refetch()} />;
  const shown = photo.url ?? thumbnail.url;
  return (
    <>
      {shown ? (
        <ZoomFrame
          isFilling
          onReady={setZoom}
          tools={(made) => (
            <>
              <Markings
                image={image}
                place={place}
                turns={turns}
                drawing={drawing}
                isShown={overlay.isMarked}
              />
              <Group
                gap={4}
                className={classes.tools}
                role="toolbar"
                aria-label={t("viewer.tools")}
              >
                <ZoomTools zoom={made} />
                <Tool label={t("viewer.turn")} hint="R" icon={IconRotateClockwise} onPress={turn} />
                <LightTool light={light} onChange={setLight} />
                {!isReadOnly && (
                  <Tool
                    label={t("viewer.mark.toggle")}
                    hint="M"
                    icon={IconPencil}
                    isPressed={drawing.isOn}
                    onPress={drawing.toggle}
                  />
                )}
                {isMarked && (
                  <Tool
                    label={t("viewer.mark.shown")}
                    hint="V"
                    icon={overlay.isMarked ? IconEye : IconEyeOff}
                    isPressed={overlay.isMarked}
                    onPress={overlay.toggleMarks}
                  />
                )}
                {wasSeen && (
                  <Tool
                    label={t("viewer.frame")}
                    hint="S"
                    icon={IconFocus2}
                    isPressed={overlay.isFramed}
                    onPress={overlay.toggleFrame}
                  />
                )}
                {hasMap && (
                  <Tool
                    label={t("viewer.heatmapToggle")}
                    hint="H"
                    icon={IconFlame}
                    isPressed={overlay.isMapShown}
                    onPress={overlay.toggleMap}
                  />
                )}
                <Tool
                  label={isFull ? t("viewer.leaveFull") : t("viewer.full")}
                  hint="F"
                  icon={isFull ? IconMinimize : IconMaximize}
                  onPress={onFull}
                />
              </Group>
              {isChanged(light) && (
                <Text size="xs" className={classes.changed} role="status">
                  {t("viewer.lightChanged", { ...light })}
                </Text>
              )}
            </>
          )}
        >
          <div ref={place} className={classes.place} data-turns={turns}>
            <img
              src={shown}
              alt={name}
              className={classes.layer}
              style={{ filter: isChanged(light) ? lightOf(light) : undefined }}
              draggable={false}
            />
            {map.url && overlay.isMapShown && (
              <img
                src={map.url}
                alt={t("viewer.heatmap")}
                className={classes.layer}
                style={{ opacity: overlay.opacity / 100 }}
                draggable={false}
              />
            )}
            {wasSeen && overlay.isFramed && !drawing.isOn && (
              <SeenFrame seen={detection.seen} size={image} />
            )}
          </div>
        </ZoomFrame>
      ) : (
        <Skeleton height="100%" radius={0} />
      )}
      {onPrevious && !drawing.isOn && (
        <div className={classes.previous}>
          <Tool label={t("viewer.previous")} hint="←" icon={IconChevronLeft} onPress={onPrevious} />
        </div>
      )}
      {onNext && !drawing.isOn && (
        <div className={classes.next}>
          <Tool label={t("viewer.next")} hint="→" icon={IconChevronRight} onPress={onNext} />
        </div>
      )}
      {hasMap && overlay.isMapShown && !drawing.isOn && (
        <MapPanel overlay={overlay} target={target} onTarget={setChosen} error={map.error} />
      )}
    </>
  );
}

const lightOf = ({ brightness, contrast }: typeof AS_TAKEN) =>
  `brightness(${brightness}%) contrast(${contrast}%)`;
