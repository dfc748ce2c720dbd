import { expect, it } from "vitest";
import { place, scaleEnd } from "./scale";

it("a scale of shares ends at 1, and further out for what is more", () => {
  expect(scaleEnd([{ value: 0.4, low: 0.3, high: 0.5 }])).toBe(1);
  expect(scaleEnd([{ value: 1.4, low: 1.3, high: 2 }])).toBe(2);
  expect(scaleEnd([])).toBe(1);
});

it("nothing is drawn beyond the scale", () => {
  expect(place(0.25, 1)).toBe(25);
  expect(place(-0.1, 1)).toBe(0);
  expect(place(3, 2)).toBe(100);
});
