import { expect, it } from "vitest";
import { greyOf, isBlurred, lightOf, sharpnessOf } from "./frame_checks";

const SIDE = 64;

function frame(of: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, at) =>
    of(at % SIDE, Math.floor(at / SIDE)),
  );
}

/** Each pixel as the mean of its neighbours, several times. */
function smoothed(grey: Float32Array, times: number): Float32Array {
  let from = grey;
  for (let turn = 0; turn < times; turn++) {
    const before = from;
    from = frame((x, y) => {
      const around = [-1, 0, 1].flatMap((dy) =>
        [-1, 0, 1].map((dx) => before[(y + dy) * SIDE + x + dx]),
      );
      const there = around.filter((value) => value !== undefined);
      return there.reduce((sum, value) => sum + value, 0) / there.length;
    });
  }
  return from;
}

const skin = frame((x, y) => 170 + 14 * Math.sin(1.9 * x) * Math.cos(2.3 * y));

it("a sharp frame is told from the same one out of focus, and from a plain wall", () => {
  expect(isBlurred(skin, SIDE)).toBe(false);
  expect(isBlurred(smoothed(skin, 6), SIDE)).toBe(true);
  expect(
    sharpnessOf(
      frame(() => 128),
      SIDE,
    ),
  ).toBe(0);
  // A slope without any edge is no sharpness.
  expect(
    sharpnessOf(
      frame((x) => 3 * x),
      SIDE,
    ),
  ).toBeCloseTo(0);
});

it("the variance of the Laplacian of a single bright pixel is that by hand", () => {
  const dot = frame((x, y) => (x === 30 && y === 30 ? 1 : 0));
  // The pixel gives 4, its four neighbours -1 each, which sums to 0: 20 in (64 - 2)² squares.
  expect(sharpnessOf(dot, SIDE)).toBeCloseTo(20 / 62 ** 2);
});

it("darkness, too much light and a lamp's reflection are told apart", () => {
  expect(lightOf(frame(() => 20))).toBe("dark");
  expect(lightOf(frame(() => 244))).toBe("bright");
  expect(lightOf(frame((x, y) => (x < 12 && y < 12 ? 255 : 150)))).toBe("glare");
  expect(lightOf(frame((x, y) => (x < 4 && y < 4 ? 255 : 150)))).toBe("good");
});

it("grey values weigh the colours as eyes do", () => {
  const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 255, 255, 255, 255, 255);
  const grey = [...greyOf(rgba)].map(Math.round);
  expect(grey).toEqual([76, 150, 255]);
});
