import { useLocalStorage } from "@mantine/hooks";
import { useState } from "react";

const FIRST_OPACITY = 50;

/** What lies over the photos of this page; how strong a heatmap is, this browser remembers. */
export function useOverlay() {
  const [opacity, setOpacity] = useLocalStorage({
    key: "dermis.heatmap-opacity",
    defaultValue: FIRST_OPACITY,
    getInitialValueInEffect: false,
  });
  // Off at first: a photo is looked at before an answer is.
  const [isMapShown, setIsMapShown] = useState(false);
  const [isFramed, setIsFramed] = useState(true);
  const [isMarked, setIsMarked] = useState(true);
  return {
    opacity,
    setOpacity,
    isMapShown,
    toggleMap: () => setIsMapShown((before) => !before),
    isFramed,
    toggleFrame: () => setIsFramed((before) => !before),
    isMarked,
    toggleMarks: () => setIsMarked((before) => !before),
  };
}

export type Overlay = ReturnType<typeof useOverlay>;

export interface Light {
  /** In percent of the photo's own. */
  brightness: number;
  contrast: number;
}

export const AS_TAKEN: Light = { brightness: 100, contrast: 100 };

export const isChanged = ({ brightness, contrast }: Light) =>
  brightness !== AS_TAKEN.brightness || contrast !== AS_TAKEN.contrast;
