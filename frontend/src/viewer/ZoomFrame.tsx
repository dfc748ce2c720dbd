import { Box } from "@mantine/core";
import Panzoom, { type PanzoomObject } from "@panzoom/panzoom";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { ZoomButtons } from "./ZoomButtons";
import classes from "./ZoomFrame.module.css";

const LARGEST = 12;
/** How near a double click goes. */
const NEAR = 3;

/** Which part of a picture is visible: its scale, and its offset in its own pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

/**
 * A frame to zoom and pan with wheel, fingers, mouse and buttons; a double click goes near and back.
 *
 * Frames that share a `view` zoom and move as one.
 */
export function ZoomFrame({
  children,
  view,
  onMove,
  isFilling = false,
  tools,
  onReady,
}: {
  children: ReactNode;
  view?: View;
  onMove?: (view: View) => void;
  /** As high as its place, instead of as its content. */
  isFilling?: boolean;
  /** Stand in place of the buttons to zoom. */
  tools?: (zoom: PanzoomObject) => ReactNode;
  /** Hands the zoom to keys; a function that stays the same. */
  onReady?: (zoom: PanzoomObject) => void;
}) {
  const content = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState<PanzoomObject | null>(null);

  useEffect(() => {
    const element = content.current;
    const frame = element?.parentElement;
    if (!element || !frame) return;
    const made = Panzoom(element, {
      minScale: 1,
      maxScale: LARGEST,
      contain: "outside",
      panOnlyWhenZoomed: true,
      touchAction: "pan-y",
    });
    // Whoever drags a whole photo on a phone scrolls the page; a near one moves.
    const onChange = () => made.setOptions({ touchAction: made.getScale() > 1 ? "none" : "pan-y" });
    const onWheel = (event: WheelEvent) => {
      // Scrolling the page past the photo must not get stuck on it.
      const canScroll = document.documentElement.scrollHeight > window.innerHeight + 1;
      if (event.ctrlKey || made.getScale() > 1 || (isFilling && !canScroll)) {
        made.zoomWithWheel(event);
      }
    };
    const onDoubleClick = (event: MouseEvent) => {
      if (made.getScale() > 1) made.reset();
      else made.zoomToPoint(NEAR, event, { animate: true });
    };
    element.addEventListener("panzoomchange", onChange);
    frame.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("dblclick", onDoubleClick);

    setZoom(made);
    onReady?.(made);
    return () => {
      element.removeEventListener("panzoomchange", onChange);
      frame.removeEventListener("wheel", onWheel);
      element.removeEventListener("dblclick", onDoubleClick);
      made.destroy();
    };
  }, [isFilling, onReady]);

  useEffect(() => {
    const element = content.current;
    if (!element || !onMove) return;
    const tell = (event: Event) => onMove((event as CustomEvent<View>).detail);
    element.addEventListener("panzoomchange", tell);
    return () => element.removeEventListener("panzoomchange", tell);
  }, [onMove]);

  useEffect(() => {
    if (!zoom || !view) return;
    const { x, y } = zoom.getPan();
    if (zoom.getScale() === view.scale && x === view.x && y === view.y) return;
    zoom.zoom(view.scale, { silent: true });
    zoom.pan(view.x, view.y, { silent: true, force: true });
  }, [zoom, view]);

  return (
    <Box className={classes.frame} data-filling={isFilling || undefined}>
      <div ref={content} className={classes.content}>
        {children}
      </div>
      {zoom && (tools ? tools(zoom) : <ZoomButtons zoom={zoom} />)}
    </Box>
  );
}
