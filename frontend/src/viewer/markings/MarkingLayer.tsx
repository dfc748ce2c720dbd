import type { RefObject } from "react";
import { Layer, Stage } from "react-konva/lib/ReactKonvaCore.js";
import { useKeys } from "@/ui/keys";
import { DrawnShape, ShapeLabel, type Shape } from "./DrawnShape";
import { labelText, measuresText } from "./marking_text";
import { measuresOf, type Point } from "./measures";
import type { Size } from "./photo_frame";
import { ScaleBar } from "./ScaleBar";
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
  frame,
  toFrame = (point) => point,
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
  /** Of another photo, in whose frame this one lies; its pixels are taken there by `toFrame`. */
  frame?: Size;
  toFrame?: (point: Point) => Point;
  onDone?: (tool: Tool, points: Point[]) => void;
  /** Ends drawing. */
  onLeave?: () => void;
}) {
  const seen = usePhotoFrame(place, frame ?? photo, turns);
  const draft = useDraft(tool, seen?.frame, onDone);
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
  return (
    <div className={classes.surface} data-drawing={tool !== null || undefined} {...draft.bind}>
      {seen && unit > 0 && !frame && <ScaleBar pixels={seen.frame.scale / unit} />}
      {seen && (
        <Stage width={seen.width} height={seen.height} listening={false}>
          <Layer listening={false}>
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
