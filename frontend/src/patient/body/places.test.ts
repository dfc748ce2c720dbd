import { describe, expect, it } from "vitest";
import { fromChild, toChild } from "./child";
import { placeFrom, PLACES, wordOf } from "./place_names";
import { REGIONS } from "./regions";
import {
  areaOf,
  bestView,
  drawingOf,
  middleOfPlace,
  placeAt,
  pointOf,
  positionAt,
  VIEWS,
} from "./views";

describe("a point on the body map", () => {
  it.each([
    ["front", 0.5, 0.08, "nose", null],
    ["front", 0.58, 0.25, "breast", "left"],
    ["front", 0.22, 0.4, "forearm_front", "right"],
    ["front", 0.4, 0.6, "thigh_front", "right"],
    ["front", 0.78, 0.4, "forearm_front", "left"],
    ["back", 0.45, 0.25, "upper_back", "left"],
    ["back", 0.6, 0.97, "heel", "right"],
    ["head_right", 0.5, 0.45, "ear", "right"],
    ["head_left", 0.5, 0.45, "ear", "left"],
    ["palms", 0.22, 0.6, "palm", "right"],
    ["soles", 0.64, 0.1, "great_toe_plantar", "left"],
  ] as const)("%s %f %f is %s, %s", (view, x, y, region, side) => {
    expect(placeAt({ view, x, y })).toEqual({ region, side });
  });
});

describe("every place of the body", () => {
  // What is inside of the body, or between the legs, no drawing shows.
  const HIDDEN = ["mouth", "perineum", "anus"];

  it("is one of sixty regions and more, on both sides where the body has it twice", () => {
    expect(Object.keys(REGIONS).length).toBeGreaterThanOrEqual(60);
    const sided = Object.values(REGIONS).filter(({ isPaired }) => isPaired).length;
    expect(PLACES).toHaveLength(Object.keys(REGIONS).length + sided);
  });

  it.each(PLACES.map((place) => [wordOf(place), place] as const))("%s is drawn", (word, place) => {
    expect(placeFrom(word)).toEqual(place);
    if (HIDDEN.includes(place.region)) {
      expect(bestView(place)).toBeUndefined();
      return;
    }
    const position = middleOfPlace(place);
    expect(position?.view).toBe(bestView(place));
    expect(areaOf(place, bestView(place) ?? "front", "child")).toBeDefined();
  });

  it("has a side only where the body has it twice", () => {
    for (const view of VIEWS) {
      for (const { region, side } of drawingOf(view, "adult").areas) {
        expect([region, side !== null]).toEqual([region, REGIONS[region].isPaired]);
      }
    }
  });
});

describe("a child's figure", () => {
  it.each([
    [50, 16],
    [20, 104],
    [40, 150],
    [30, 50],
  ])("shows %f, %f where an adult's position comes back from", (x, y) => {
    const [backX, backY] = fromChild(toChild([x, y]));
    expect(backX).toBeCloseTo(x);
    expect(backY).toBeCloseTo(y);
  });

  it("keeps a lesion on the same part of the body", () => {
    const position = { view: "front", x: 0.22, y: 0.4 } as const;
    const [x, y] = pointOf(position, "child");
    expect(positionAt("front", "child", [x, y])).toEqual(position);
    expect(y).not.toBeCloseTo(pointOf(position, "adult")[1]);
  });
});
