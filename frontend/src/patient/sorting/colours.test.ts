import { expect, it } from "vitest";
import { coloursOf, likeness } from "./colours";

const SIDE = 32;

/** Skin with a round lesion of some size and colour, as RGBA. */
function picture(radius: number, lesion: number[], skin: number[]): Uint8ClampedArray {
  const pixels = Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [(at % SIDE) - SIDE / 2, Math.floor(at / SIDE) - SIDE / 2];
    return [...(Math.hypot(x, y) < radius ? lesion : skin), 255];
  });
  return Uint8ClampedArray.from(pixels.flat());
}

const BROWN = [110, 70, 50];
const RED = [190, 60, 60];
const SKIN = [225, 180, 160];

it("a picture is wholly like itself, and like a black one not at all", () => {
  const colours = coloursOf(picture(8, BROWN, SKIN));
  expect(likeness(colours, colours)).toBeCloseTo(1);
  expect(likeness(colours, coloursOf(picture(0, BROWN, [0, 0, 0])))).toBe(0);
});

it("the same lesion somewhat nearer is more alike than one of another colour", () => {
  const known = coloursOf(picture(10, BROWN, SKIN));
  const nearer = likeness(known, coloursOf(picture(11, BROWN, SKIN)));
  expect(nearer).toBeGreaterThan(likeness(known, coloursOf(picture(10, RED, SKIN))));
});

it("what lies in the corners, such as a dermoscope's rim, doesn't count", () => {
  const plain = picture(10, BROWN, SKIN);
  const rimmed = plain.map((value, at) => {
    const [x, y] = [Math.floor(at / 4) % SIDE, Math.floor(at / 4 / SIDE)];
    return x < 3 && y < 3 && at % 4 < 3 ? 0 : value;
  });
  expect(likeness(coloursOf(plain), coloursOf(rimmed))).toBeCloseTo(1);
});
