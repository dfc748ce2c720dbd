import { expect, it } from "vitest";
import { seenPart } from "./seen_part";

it("an answer that says what was looked at is taken at its word", () => {
  const seen = { left: 0.1, top: 0, width: 0.5625, height: 1 };
  expect(seenPart(seen, { width: 1600, height: 900 })).toBe(seen);
});

it.each([
  [1600, 900, { left: 0.21875, top: 0, width: 0.5625, height: 1 }],
  [600, 800, { left: 0, top: 0.125, width: 1, height: 0.75 }],
  [500, 500, { left: 0, top: 0, width: 1, height: 1 }],
])("an older answer on %d × %d rests on the central square", (width, height, expected) => {
  expect(seenPart(null, { width, height })).toEqual(expected);
});
