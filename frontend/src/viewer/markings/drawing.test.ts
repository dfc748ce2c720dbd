import { describe, expect, it } from "vitest";
import cases from "./measure_cases.json";
import { areaOf, measuresOf, type Point } from "./measures";
import { outlineOf, withoutLoops } from "./outline";
import { photoFrame } from "./photo_frame";

describe("figures", () => {
  it.each(cases)("of $name are those of patient_service", ({ kind, size, points, ...expected }) => {
    const [width = 0, height = 0] = size;
    const drawn = points.map(([x = 0, y = 0]) => ({ x: x * width, y: y * height }));
    const found = measuresOf(kind, drawn);
    for (const name of ["length", "area", "longest", "across", "angle"] as const) {
      expect(found[name]).toBeCloseTo(expected[name] ?? 0, 6);
    }
  });
});

/** A circle as a hand draws it, a little past its start. */
function circle(radius: number, turns = 1, steps = 400): Point[] {
  return Array.from({ length: steps }, (_, step) => {
    const angle = (step / (steps - 1)) * turns * 2 * Math.PI;
    return { x: 500 + radius * Math.cos(angle), y: 400 + radius * Math.sin(angle) };
  });
}

describe("an outline drawn by hand", () => {
  it("keeps its area with few corners", () => {
    const outline = outlineOf(circle(200), 1);
    expect(outline.length).toBeLessThanOrEqual(100);
    expect(areaOf(outline) / (Math.PI * 200 ** 2)).toBeCloseTo(1, 2);
  });

  it("loses the little loop where it passes its own start", () => {
    const drawn = [...circle(200, 1.02), { x: 640, y: 440 }];
    const outline = outlineOf(drawn, 1);
    expect(withoutLoops(outline)).toEqual(outline);
    expect(areaOf(outline) / (Math.PI * 200 ** 2)).toBeCloseTo(1, 1);
  });

  it("is never more than the record takes", () => {
    const wild = Array.from({ length: 3000 }, (_, step) => ({
      x: step,
      y: 300 + 200 * Math.sin(step / 3) * Math.sin(step / 500),
    }));
    expect(outlineOf(wild, 0.5).length).toBeLessThanOrEqual(100);
  });
});

describe("a photo on the screen", () => {
  const PHOTO = { width: 800, height: 600 };

  it.each([0, 1, 2, 3])("finds the same place again after %i quarter turns", (turns) => {
    const place = { left: 30, top: 10, width: 900, height: 500 };
    const frame = photoFrame(PHOTO, place, turns);
    const point = { x: 123, y: 456 };
    const back = frame.toPhoto(frame.toScreen(point));
    expect(back.x).toBeCloseTo(point.x);
    expect(back.y).toBeCloseTo(point.y);
  });

  it("has its upper left corner at the upper right after one turn", () => {
    const frame = photoFrame(PHOTO, { left: 0, top: 0, width: 600, height: 800 }, 1);
    expect(frame.toScreen({ x: 0, y: 0 })).toEqual({ x: 600, y: 0 });
  });

  it("takes a pointer beside it to its edge", () => {
    const frame = photoFrame(PHOTO, { left: 0, top: 0, width: 800, height: 600 }, 0);
    expect(frame.toPhoto({ x: -40, y: 700 })).toEqual({ x: 0, y: 600 });
  });
});
