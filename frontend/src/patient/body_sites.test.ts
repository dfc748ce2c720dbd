import { describe, expect, it } from "vitest";
import { siteAt } from "./body_sites";

describe("a point on the body map suggests a site", () => {
  it.each([
    ["front", 0.5, 0.08, "head_neck"],
    ["front", 0.5, 0.3, "anterior_torso"],
    ["back", 0.5, 0.3, "posterior_torso"],
    ["front", 0.22, 0.4, "upper_extremity"],
    ["front", 0.4, 0.7, "lower_extremity"],
    ["back", 0.4, 0.96, "palms_soles"],
  ] as const)("%s %f %f is %s", (view, x, y, site) => {
    expect(siteAt({ view, x, y })).toBe(site);
  });
});
