import { useEffect, useState, type RefObject } from "react";
import { greyOf, isBlurred, JUDGED_SIDE, lightOf, type Light } from "./frame_checks";

export interface FrameHints {
  light: Light;
  isBlurred: boolean;
}

/** Often enough to follow a hand, seldom enough for an old phone. */
const EVERY_MS = 350;

/** What is wrong with the picture inside the frame just now; null before the first one. */
export function useFrameHints(
  video: RefObject<HTMLVideoElement | null>,
  isActive: boolean,
): FrameHints | null {
  const [hints, setHints] = useState<FrameHints | null>(null);
  useEffect(() => {
    if (!isActive) return;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = JUDGED_SIDE;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const judge = () => {
      const source = video.current;
      if (!source?.videoWidth || !context) return;
      const { x, y, side } = squareOf(source.videoWidth, source.videoHeight);
      context.drawImage(source, x, y, side, side, 0, 0, JUDGED_SIDE, JUDGED_SIDE);
      const grey = greyOf(context.getImageData(0, 0, JUDGED_SIDE, JUDGED_SIDE).data);
      const next = { light: lightOf(grey), isBlurred: isBlurred(grey, JUDGED_SIDE) };
      setHints((before) =>
        before?.light === next.light && before.isBlurred === next.isBlurred ? before : next,
      );
    };
    const timer = setInterval(judge, EVERY_MS);
    return () => clearInterval(timer);
  }, [video, isActive]);
  return isActive ? hints : null;
}

/** The central square of a picture: what the model looks at first. */
export function squareOf(width: number, height: number) {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}
