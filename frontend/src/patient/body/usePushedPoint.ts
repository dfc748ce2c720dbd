import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Point } from "./shapes";

/** A hand that presses trembles by less than this, in pixels. */
const STILL = 5;
/** How many steps an arrow key makes with Shift. */
const FAST = 5;
const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * A point in a picture that is pressed, dragged, or pushed with the arrow keys.
 *
 * @returns where it is now, whether it is being moved, and what listens on its element.
 */
export function usePushedPoint({
  at,
  step: [stepX, stepY],
  perPixel,
  within,
  onMove,
  onChoose,
}: {
  /** Where it lies, in the picture's units. */
  at: Point;
  /** How far an arrow key pushes it. */
  step: Point;
  /** Units of the picture in a pixel, where the picture covers this part of the screen. */
  perPixel: (map: DOMRect) => number;
  /** The nearest point where it may lie. */
  within: (point: Point) => Point;
  /** Absent where it stays where it is. */
  onMove?: (to: Point) => void;
  onChoose: () => void;
}) {
  const [pushed, setPushed] = useState<Point | null>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const push = ([x, y]: Point, dx: number, dy: number) => setPushed(within([x + dx, y + dy]));

  const onPointerMove = (event: PointerEvent<SVGGElement>) => {
    const map = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (!onMove || !start.current || !map) return;
    const [dx, dy] = [event.clientX - start.current.x, event.clientY - start.current.y];
    if (!wasDragged.current && Math.hypot(dx, dy) < STILL) return;
    wasDragged.current = true;
    push(at, dx * perPixel(map), dy * perPixel(map));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow && onMove) {
      const steps = event.shiftKey ? FAST : 1;
      push(pushed ?? at, arrow[0] * stepX * steps, arrow[1] * stepY * steps);
    } else if (event.key === "Escape" && pushed) {
      setPushed(null);
    } else if (event.key === "Enter" || event.key === " ") {
      if (pushed) onMove?.(pushed);
      else onChoose();
      setPushed(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    at: pushed ?? at,
    isPushed: pushed !== null,
    handlers: {
      onPointerDown: (event: PointerEvent<SVGGElement>) => {
        start.current = { x: event.clientX, y: event.clientY };
        wasDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove,
      onPointerUp: () => {
        start.current = null;
        if (pushed && wasDragged.current) onMove?.(pushed);
        setPushed(null);
      },
      onPointerCancel: () => {
        start.current = null;
        setPushed(null);
      },
      onBlur: () => setPushed(null),
      onClick: (event: { stopPropagation: () => void }) => {
        event.stopPropagation();
        if (!wasDragged.current) onChoose();
      },
      onKeyDown,
    },
  };
}
