import { useState, type PointerEvent } from "react";
import { distance, type Point } from "./measures";
import { outlineOf } from "./outline";
import type { PhotoFrame } from "./photo_frame";
import type { Tool } from "./useDrawing";

/** How many points each kind has; an outline has as many as it needs. */
const POINTS: Record<Tool, number> = {
  length: 2,
  arrow: 2,
  ruler: 2,
  angle: 3,
  text: 1,
  outline: Infinity,
};
/** Screen pixels: less is a click, more is a drag. */
const DRAG = 8;
/** Screen pixels within which a click closes an outline. */
const CLOSE = 16;
/** Screen pixels within which a crosshair that keys move counts as there. */
const CLOSE_BY_KEYS = 3;
/** Screen pixels by which a drawn line may be smoothed. */
const SMOOTH = 1.2;

/**
 * What is being drawn: by dragging, or click by click; an outline also free hand.
 *
 * @returns its points in the photo's pixels, and what to bind to the surface.
 */
export function useDraft(
  tool: Tool | null,
  frame: PhotoFrame | undefined,
  onDone: (tool: Tool, points: Point[]) => void,
) {
  const [points, setPoints] = useState<Point[]>([]);
  const [pointer, setPointer] = useState<Point | null>(null);
  /** While the pointer is down: where it went down on the screen, and which point that made. */
  const [pressed, setPressed] = useState<{ at: Point; index: number } | null>(null);
  const [shownFor, setShownFor] = useState(tool);
  if (shownFor !== tool) {
    setShownFor(tool);
    setPoints([]);
    setPressed(null);
  }

  const clear = () => {
    setPoints([]);
    setPressed(null);
  };
  const keep = (next: Point[]) => {
    if (!tool || next.length < POINTS[tool]) return setPoints(next);
    clear();
    onDone(tool, next);
  };
  const close = (drawn: readonly Point[]) => {
    clear();
    const outline = frame ? outlineOf(drawn, SMOOTH / frame.scale) : [];
    if (tool && outline.length > 2) onDone(tool, outline);
  };

  const bind = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (!tool || !frame || !event.isPrimary || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const [at, start] = [placeOf(event), points[0]];
      const point = frame.toPhoto(at);
      setPointer(point);
      if (start && tool === "outline" && points.length > 2) {
        if (distance(frame.toScreen(start), at) < CLOSE) return close(points);
      }
      setPressed({ at, index: points.length });
      keep([...points, point]);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!tool || !frame || !event.isPrimary) return;
      const point = frame.toPhoto(placeOf(event));
      setPointer(point);
      if (tool === "outline" && pressed) setPoints((before) => [...before, point]);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      if (!tool || !frame || !pressed || !event.isPrimary) return;
      const at = placeOf(event);
      setPressed(null);
      const isDrag = distance(pressed.at, at) > DRAG;
      if (tool !== "outline") {
        if (isDrag) keep([...points, frame.toPhoto(at)]);
        return;
      }
      const path = points.slice(pressed.index);
      const extent = Math.max(...path.map((one) => distance(frame.toScreen(one), pressed.at)));
      // A hand that trembles on a click has drawn one corner.
      if (extent < CLOSE) setPoints(points.slice(0, pressed.index + 1));
      else if (pressed.index === 0) close(points);
    },
    onPointerCancel: clear,
  };
  return {
    points,
    pointer,
    bind,
    clear: points.length > 0 ? clear : undefined,
    /** What keys do: point by point, and an outline is closed at its first corner or its last. */
    keys: {
      show: setPointer,
      set: (point: Point) => {
        if (!tool || !frame) return;
        const near = (other?: Point) =>
          !!other && distance(frame.toScreen(other), frame.toScreen(point)) < CLOSE_BY_KEYS;
        const [first, last] = [points[0], points.at(-1)];
        if (tool === "outline" && points.length > 2 && (near(first) || near(last))) close(points);
        else if (!near(last)) keep([...points, point]);
      },
      back: () => setPoints(points.slice(0, -1)),
    },
  };
}

function placeOf(event: PointerEvent<HTMLElement>): Point {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
