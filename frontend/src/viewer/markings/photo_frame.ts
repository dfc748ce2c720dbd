import type { Point } from "./measures";

export interface Size {
  width: number;
  height: number;
}

/** Takes places on a photo to where they are seen, and back. */
export interface PhotoFrame {
  /** Screen pixels for one of the photo. */
  scale: number;
  toScreen: (point: Point) => Point;
  /** Onto the photo, also from beside it. */
  toPhoto: (point: Point) => Point;
}

const QUARTERS = [
  { cos: 1, sin: 0 },
  { cos: 0, sin: 1 },
  { cos: -1, sin: 0 },
  { cos: 0, sin: -1 },
] as const;

/**
 * How a photo lies on the screen: whole in the middle of its place, and turned with it.
 *
 * @param photo its pixels, upright.
 * @param place the place's outer rectangle on the screen, turned and zoomed as it is.
 * @param turns quarters, clockwise.
 */
export function photoFrame(
  photo: Size,
  place: Size & { left: number; top: number },
  turns: number,
): PhotoFrame {
  const { cos, sin } = QUARTERS[turns % 4] ?? QUARTERS[0];
  const [width, height] = turns % 2 ? [place.height, place.width] : [place.width, place.height];
  const scale = Math.min(width / photo.width, height / photo.height);
  const middle = { x: place.left + place.width / 2, y: place.top + place.height / 2 };
  return {
    scale,
    toScreen: ({ x, y }) => {
      const [dx, dy] = [(x - photo.width / 2) * scale, (y - photo.height / 2) * scale];
      return { x: middle.x + dx * cos - dy * sin, y: middle.y + dx * sin + dy * cos };
    },
    toPhoto: ({ x, y }) => {
      const [dx, dy] = [(x - middle.x) / scale, (y - middle.y) / scale];
      return {
        x: within(photo.width / 2 + dx * cos + dy * sin, photo.width),
        y: within(photo.height / 2 - dx * sin + dy * cos, photo.height),
      };
    },
  };
}

const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);
