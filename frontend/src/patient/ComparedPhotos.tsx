import { Button, Group, SimpleGrid, Slider, Stack, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { Differential } from "@/findings/Differential";
import { FindingSummary } from "@/findings/FindingSummary";
import { takenText } from "@/findings/taken";
import { AlignedPhoto } from "./alignment/AlignedPhoto";
import type { Similarity } from "./alignment/similarity";
import { ShownMarkings } from "./ShownMarkings";
import { VerdictContent } from "./VerdictList";
import { ZoomButtons } from "@/viewer/ZoomButtons";
import { ZoomFrame, type View } from "@/viewer/ZoomFrame";
import classes from "./ComparedPhotos.module.css";

export type Side = Schemas["ComparedImage"];

interface Pair {
  left: Side;
  right: Side;
  /** Takes the left photo onto the right one; null: both as taken. */
  similarity: Similarity | null;
}

/** Slow enough to be no flicker (WCAG 2.2, 2.3.1: at most three flashes a second). */
const BLINK_MS = 800;

/** Two frames that zoom and move as one, with what is drawn on either photo. */
export function SideBySide({ left, right, similarity }: Pair) {
  const [view, setView] = useState<View>({ scale: 1, x: 0, y: 0 });
  const [leftPlace, rightPlace] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Stack gap="xs">
        <ZoomFrame
          view={view}
          onMove={setView}
          tools={(zoom) => (
            <>
              <ShownMarkings
                image={left.image}
                place={leftPlace}
                aligned={similarity && { similarity, frame: right.image }}
              />
              <ZoomButtons zoom={zoom} />
            </>
          )}
        >
          <div ref={leftPlace}>
            <LeftPhoto left={left} right={right} similarity={similarity} />
          </div>
        </ZoomFrame>
        <Caption side={left} />
      </Stack>
      <Stack gap="xs">
        <ZoomFrame
          view={view}
          onMove={setView}
          tools={(zoom) => (
            <>
              <ShownMarkings image={right.image} place={rightPlace} aligned={null} />
              <ZoomButtons zoom={zoom} />
            </>
          )}
        >
          <div ref={rightPlace}>
            <Photo side={right} />
          </div>
        </ZoomFrame>
        <Caption side={right} />
      </Stack>
    </SimpleGrid>
  );
}

/** The right photo under the left one, which a slider draws away. */
export function Overlay({ left, right, similarity }: Pair) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(50);
  const place = useRef<HTMLDivElement>(null);
  const border = shown / 100;
  return (
    <Stack maw={900} mx="auto" w="100%">
      <ZoomFrame
        tools={(zoom) => (
          <>
            <ShownMarkings image={right.image} place={place} aligned={null} part={[border, 1]} />
            <LeftMarkings {...{ left, right, similarity, place }} part={[0, border]} />
            <ZoomButtons zoom={zoom} />
          </>
        )}
      >
        <div ref={place} className={classes.pictures}>
          <Photo side={right} />
          <div className={classes.upper} style={{ clipPath: `inset(0 ${100 - shown}% 0 0)` }}>
            <LeftPhoto left={left} right={right} similarity={similarity} />
          </div>
        </div>
      </ZoomFrame>
      <Slider
        value={shown}
        onChange={setShown}
        label={null}
        thumbLabel={t("patient.compare.slider")}
      />
      <SimpleGrid cols={2}>
        <Caption side={left} />
        <Caption side={right} />
      </SimpleGrid>
    </Stack>
  );
}

/** Both photos in turns at the same place, so that the eye sees what has changed. */
export function Blink({ left, right, similarity }: Pair) {
  const { t } = useTranslation();
  const [isLeft, setIsLeft] = useState(true);
  const { start, stop, active } = useInterval(() => setIsLeft((before) => !before), BLINK_MS);
  useEffect(() => stop, [stop]);
  const place = useRef<HTMLDivElement>(null);
  return (
    <Stack maw={900} mx="auto" w="100%">
      <ZoomFrame
        tools={(zoom) => (
          <>
            {isLeft ? (
              <LeftMarkings {...{ left, right, similarity, place }} />
            ) : (
              <ShownMarkings image={right.image} place={place} aligned={null} />
            )}
            <ZoomButtons zoom={zoom} />
          </>
        )}
      >
        <div ref={place} className={classes.pictures}>
          <Photo side={right} />
          <div className={classes.upper} style={{ opacity: isLeft ? 1 : 0 }}>
            <LeftPhoto left={left} right={right} similarity={similarity} />
          </div>
        </div>
      </ZoomFrame>
      <Group>
        <Button variant="default" onClick={() => setIsLeft((before) => !before)}>
          {t("patient.compare.swap")}
        </Button>
        <Button variant="default" aria-pressed={active} onClick={active ? stop : start}>
          {t(active ? "patient.compare.stop" : "patient.compare.play")}
        </Button>
      </Group>
      <Caption side={isLeft ? left : right} />
    </Stack>
  );
}

/** The left photo's markings over the right one; none where the two don't lie on each other. */
function LeftMarkings({
  left,
  right,
  similarity,
  place,
  part,
}: Pair & { place: RefObject<HTMLElement | null>; part?: readonly [number, number] }) {
  if (!similarity && !haveOneShape(left.image, right.image)) return null;
  const aligned = similarity && { similarity, frame: right.image };
  return <ShownMarkings image={left.image} {...{ place, aligned, part }} />;
}

const haveOneShape = (one: Side["image"], other: Side["image"]) =>
  one.width * other.height === other.width * one.height;

function LeftPhoto({ left, right, similarity }: Pair) {
  if (!similarity) return <Photo side={left} />;
  return <AlignedPhoto image={left.image} frame={right.image} similarity={similarity} />;
}

function Photo({ side }: { side: Side }) {
  const { t } = useTranslation();
  const { url } = usePicture(`/api/images/${side.image.id}`);
  const at = takenText(side.image);
  return (
    <div className={classes.pictures}>
      {url && <img src={url} alt={t("patient.photos.name", { at })} className={classes.photo} />}
    </div>
  );
}

function Caption({ side: { detection, image, review } }: { side: Side }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Text size="sm">{takenText(image)}</Text>
        {detection && <FindingSummary detection={detection} />}
      </Group>
      {detection?.model && (
        <Text size="xs" c="dimmed">
          {detection.model.name} {detection.model.version}
        </Text>
      )}
      {review && (
        <Stack gap={2}>
          <Text size="sm" fw={500}>
            {t(`patient.verdicts.${review.verdict}`)}
          </Text>
          <VerdictContent review={review} />
        </Stack>
      )}
      {detection && detection.assessable !== false && (
        <Differential entries={detection.differential} />
      )}
    </Stack>
  );
}
