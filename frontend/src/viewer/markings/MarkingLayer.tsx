import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { Layer, Stage } from "react-konva/lib/ReactKonvaCore.js";
import { useKeys } from "@/ui/keys";
import { DrawnShape, ShapeLabel, type Shape } from "./DrawnShape";
import { labelText, measuresText } from "./marking_text";
import { measuresOf, type Point } from "./measures";
import type { Size } from "./photo_frame";
import { ScaleBar } from "./ScaleBar";
import { useCrosshair } from "./useCrosshair";
import { useDraft } from "./useDraft";
import type { Tool } from "./useDrawing";
import type { Marking } from "./useMarkings";
import { usePhotoFrame } from "./usePhotoFrame";
import classes from "./Markings.module.css";

/** What is drawn over a photo, sharp at every zoom; the list beside the photo says it in words. */
export default function MarkingLayer({
  place,
  photo,
  turns = 0,
  markings,
  unit,
  tool = null,
  choices = 0,
  frame,
  toFrame = (point) => point,
  part,
  onDone = () => undefined,
  onLeave,
}: {
  /** Holds the photo, whole and in its middle; what zooms is its parent. */
  place: RefObject<HTMLElement | null>;
  /** Pixels of the photo, upright. */
  photo: Size;
  /** Quarters that the photo is turned by. */
  turns?: number;
  markings: readonly Marking[];
  /** Millimetres that one pixel shows; 0: no scale. */
  unit: number;
  /** What a pointer draws; null: it zooms and moves the photo. */
  tool?: Tool | null;
  /** How often a tool was chosen. */
  choices?: number;
  /** Of another photo, in whose frame this one lies; its pixels are taken there by `toFrame`. */
  frame?: Size;
  toFrame?: (point: Point) => Point;
  /** Only what lies between these shares of the photo's place, from its left edge. */
  part?: readonly [from: number, to: number];
  onDone?: (tool: Tool, points: Point[]) => void;
  /** Ends drawing. */
  onLeave?: () => void;
}) {
  const { t } = useTranslation();
  const surface = useRef<HTMLDivElement>(null);
  const seen = usePhotoFrame(place, frame ?? photo, turns);
  const draft = useDraft(tool, seen?.frame, onDone);
  const crosshair = useCrosshair(tool !== null, seen, draft.keys);
  useEffect(() => {
    // Whoever has chosen a tool draws next, by keys too.
    if (tool) surface.current?.focus({ preventScroll: true });
  }, [tool, choices]);
  useKeys({ Escape: draft.clear ?? onLeave }, onLeave !== undefined);
  const drawn = draft.pointer ? [...draft.points, draft.pointer] : draft.points;
  const shapes: Shape[] = markings.map((marking) => ({
    key: marking.id,
    kind: marking.kind,
    points: marking.points.map(({ x, y }) => toFrame({ x: x * photo.width, y: y * photo.height })),
    label: labelText(marking, unit),
  }));
  if (tool && draft.points.length > 0) {
    const kind = tool === "ruler" ? "length" : tool;
    shapes.push({
      key: "draft",
      kind,
      points: drawn,
      label: measuresText(kind, measuresOf(kind, drawn), tool === "ruler" ? 0 : unit),
      isDraft: true,
    });
  }
  const onScreen = seen
    ? shapes.map((shape) => ({ ...shape, points: shape.points.map(seen.frame.toScreen) }))
    : [];
  const cross = seen && crosshair.at && seen.frame.toScreen(crosshair.at);
  const across = (share: number) =>
    seen ? seen.left + Math.min(1, Math.max(0, share)) * (seen.right - seen.left) : 0;
  const clip = seen && part && { x: across(part[0]), y: 0, height: seen.height };
  const drafted = shapes.find(({ isDraft }) => isDraft)?.label;
  return (
    <div
      ref={surface}
      className={classes.surface}
      data-drawing={tool !== null || undefined}
      {...(tool && {
        // Arrow keys are its own: a screen reader hands them on.
        role: "application",
        tabIndex: 0,
        "aria-label": t("viewer.mark.surface", { tool: t(`viewer.mark.drawn.${tool}`) }),
        "aria-describedby": "marking-hint",
        onKeyDown: crosshair.onKeyDown,
      })}
      {...draft.bind}
      onPointerMove={(event) => {
        if (event.movementX || event.movementY) crosshair.hide();
        draft.bind.onPointerMove(event);
      }}
    >
      {cross && (
        <span className={classes.crosshair} style={{ translate: `${cross.x}px ${cross.y}px` }} />
      )}
      {tool && (
        <VisuallyHidden role="status">
          {crosshair.at &&
            [
              t("viewer.mark.crosshair", {
                x: Math.round((crosshair.at.x / photo.width) * 100),
                y: Math.round((crosshair.at.y / photo.height) * 100),
              }),
              t("viewer.mark.pointsSet", { count: draft.points.length }),
              drafted,
            ]
              .filter(Boolean)
              .join(". ")}
        </VisuallyHidden>
      )}
      {seen && unit > 0 && !frame && <ScaleBar pixels={seen.frame.scale / unit} />}
      {seen && (
        <Stage width={seen.width} height={seen.height} listening={false}>
          <Layer
            listening={false}
            clip={clip ? { ...clip, width: across(part[1]) - clip.x } : undefined}
          >
            {onScreen.map(({ key, ...shape }) => (
              <DrawnShape key={key} {...shape} />
            ))}
            {onScreen.map(({ key, ...shape }) => (
              <ShapeLabel key={key} {...shape} view={seen} />
            ))}
          </Layer>
        </Stage>
      )}
    </div>
  );
}
