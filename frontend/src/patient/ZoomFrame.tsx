import { ActionIcon, Box, Group } from "@mantine/core";
import Panzoom, { type PanzoomObject } from "@panzoom/panzoom";
import { IconFocusCentered, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ZoomFrame.module.css";

const LARGEST = 12;

/** Which part of a picture is visible: its scale, and its offset in its own pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

/**
 * A frame to zoom and pan with wheel, fingers, mouse and buttons.
 *
 * Frames that share a `view` zoom and move as one.
 */
export function ZoomFrame({
  children,
  view,
  onMove,
}: {
  children: ReactNode;
  view?: View;
  onMove?: (view: View) => void;
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
    });
    const onWheel = (event: WheelEvent) => {
      // Scrolling the page past the photo must not get stuck on it.
      if (event.ctrlKey || made.getScale() > 1) made.zoomWithWheel(event);
    };
    frame.addEventListener("wheel", onWheel, { passive: false });

    setZoom(made);
    return () => {
      frame.removeEventListener("wheel", onWheel);
      made.destroy();
    };
  }, []);

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
    <Box className={classes.frame}>
      <div ref={content}>{children}</div>
      {zoom && <ZoomButtons zoom={zoom} />}
    </Box>
  );
}

/** Zoom for people without a wheel. */
function ZoomButtons({ zoom }: { zoom: PanzoomObject }) {
  const { t } = useTranslation();
  const buttons = [
    { label: t("patient.viewer.zoomIn"), icon: IconZoomIn, act: () => zoom.zoomIn() },
    { label: t("patient.viewer.zoomOut"), icon: IconZoomOut, act: () => zoom.zoomOut() },
    { label: t("patient.viewer.reset"), icon: IconFocusCentered, act: () => zoom.reset() },
  ];
  return (
    <Group gap={4} className={classes.buttons}>
      {buttons.map(({ label, icon: Icon, act }) => (
        <ActionIcon key={label} variant="default" aria-label={label} onClick={act}>
          <Icon size={18} aria-hidden />
        </ActionIcon>
      ))}
    </Group>
  );
}
