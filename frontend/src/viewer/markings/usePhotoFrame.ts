import { useEffect, useState, type RefObject } from "react";
import { photoFrame, type PhotoFrame, type Size } from "./photo_frame";

/** Longer than any zoom takes to come to rest. */
const SETTLES_MS = 400;

/** Where a photo is seen, and in what frame. */
export interface Seen {
  /** Of the frame around it, in screen pixels. */
  width: number;
  height: number;
  frame: PhotoFrame;
  /** Where the photo's place begins and ends, across the frame. */
  left: number;
  right: number;
}

/**
 * Follows a photo that is zoomed, moved, turned and resized.
 *
 * @param place holds the photo, whole and in its middle; what zooms is its parent.
 */
export function usePhotoFrame(
  place: RefObject<HTMLElement | null>,
  photo: Size,
  turns: number,
): Seen | null {
  const [seen, setSeen] = useState<Seen | null>(null);
  const { width, height } = photo;
  useEffect(() => {
    const element = place.current;
    const moving = element?.parentElement;
    const around = moving?.parentElement;
    if (!element || !moving || !around) return;
    const look = () => {
      const [own, outer] = [element.getBoundingClientRect(), around.getBoundingClientRect()];
      const { clientLeft, clientTop } = around;
      const inside = {
        left: own.left - outer.left - clientLeft,
        top: own.top - outer.top - clientTop,
        width: own.width,
        height: own.height,
      };
      setSeen({
        width: around.clientWidth,
        height: around.clientHeight,
        frame: photoFrame({ width, height }, inside, turns),
        left: inside.left,
        right: inside.left + inside.width,
      });
    };
    let [next, until] = [0, 0];
    const follow = () => {
      look();
      next = performance.now() < until ? requestAnimationFrame(follow) : 0;
    };
    // A zoom by double click or button glides.
    const onChange = () => {
      until = performance.now() + SETTLES_MS;
      if (!next) follow();
    };
    const observer = new ResizeObserver(look);
    observer.observe(around);
    observer.observe(element);
    moving.addEventListener("panzoomchange", onChange);
    look();
    return () => {
      cancelAnimationFrame(next);
      observer.disconnect();
      moving.removeEventListener("panzoomchange", onChange);
    };
  }, [place, width, height, turns]);
  return seen;
}
