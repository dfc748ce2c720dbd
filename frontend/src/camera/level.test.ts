import { expect, it } from "vitest";
import { isLevel, levelOf } from "./level";

it("a phone that lies over somebody is level, and says by how much it isn't", () => {
  const flat = levelOf(0, 0);
  expect(flat).toMatchObject({ looks: "down", tilt: 0 });
  expect(isLevel(flat)).toBe(true);
  const nosedown = levelOf(12, 0);
  expect(nosedown).toMatchObject({ looks: "down", tilt: 12 });
  expect(isLevel(nosedown)).toBe(false);
});

it("the bubble rises to the side that is higher", () => {
  // Its top is raised, then its right edge is lowered.
  expect(levelOf(10, 0).bubble.y).toBeGreaterThan(0.4);
  expect(levelOf(0, 10).bubble.x).toBeLessThan(-0.4);
  expect(levelOf(40, 0).bubble.y).toBeCloseTo(1);
});

it("a phone that is held upright or across before somebody is level, too", () => {
  for (const [beta, gamma] of [
    [90, 0],
    [85, 0],
    [0, 90],
    [0, -90],
  ] as const) {
    expect(levelOf(beta, gamma)).toMatchObject({ looks: "ahead", tilt: 0 });
  }
  const turned = levelOf(60, 25);
  expect(turned.looks).toBe("ahead");
  expect(isLevel(turned)).toBe(false);
});
