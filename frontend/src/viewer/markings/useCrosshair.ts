import { useState, type KeyboardEvent } from "react";
import type { Point } from "./measures";
import type { Seen } from "./usePhotoFrame";

/** Screen pixels that an arrow key moves the crosshair, and with Shift. */
const [STEP, FAST] = [2, 24];
const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

interface Keys {
  /** Says where the next point would be. */
  show: (point: Point) => void;
  set: (point: Point) => void;
  back: () => void;
}

/**
 * A crosshair for whoever draws by keys: arrows move it, Enter sets a point, Backspace takes one.
 *
 * It moves as it is seen, also on a photo that is turned or zoomed, and stays in sight.
 *
 * @returns where it is in the photo's pixels; null until a key has moved it.
 */
export function useCrosshair(isDrawing: boolean, seen: Seen | null, keys: Keys) {
  const [at, setAt] = useState<Point | null>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isDrawing || !seen || event.ctrlKey || event.metaKey || event.altKey) return;
    const { frame, width, height } = seen;
    const arrow = ARROWS[event.key];
    const from = frame.toScreen(at ?? frame.toPhoto({ x: width / 2, y: height / 2 }));
    if (arrow) {
      const step = event.shiftKey ? FAST : STEP;
      const to = frame.toPhoto({
        x: Math.min(Math.max(from.x + arrow.x * step, 0), width),
        y: Math.min(Math.max(from.y + arrow.y * step, 0), height),
      });
      setAt(to);
      keys.show(to);
    } else if (event.key === "Enter" || event.key === " ") {
      const point = at ?? frame.toPhoto(from);
      setAt(point);
      keys.show(point);
      keys.set(point);
    } else if (event.key === "Backspace") keys.back();
    else return;
    event.preventDefault();
  };
  return { at: isDrawing ? at : null, hide: () => setAt(null), onKeyDown };
}
