import { describe, expect, it } from "vitest";
import { detectionWith, imageWith, reviewWith } from "@/testing/records";
import { placesOf, pointsOf, stretchesOf } from "./chart_points";

const IMAGES = [
  imageWith({ id: "newest", captured_at: "2026-03-14T09:00:00Z" }),
  imageWith({ id: "blank", captured_at: "2026-01-02T09:00:00Z" }),
  imageWith({ id: "undated", captured_at: null, created_at: "2025-09-02T09:00:00Z" }),
  imageWith({ id: "oldest", captured_at: "2024-05-06T09:00:00Z" }),
];
const OLD = { model: { name: "lesion", version: "1.0.0" }, threshold: 0.3 };
const MARKS = new Map([
  ["newest", { detection: detectionWith({ probability_malignant: 0.4, label: "malignant" }) }],
  ["blank", { detection: detectionWith({ assessable: false, label: null }) }],
  ["undated", { detection: detectionWith(OLD), review: reviewWith({ verdict: "benign" }) }],
  ["oldest", { detection: detectionWith(OLD) }],
]);

describe("the photos of a lesion's chart", () => {
  it("are those with an answer, the oldest first, with what was said of each", () => {
    const points = pointsOf(IMAGES, MARKS);
    expect(points.map(({ imageId }) => imageId)).toEqual(["oldest", "undated", "newest"]);
    expect(points[1]).toMatchObject({ isDated: false, verdict: "benign", version: "1.0.0" });
    expect(points[2]).toMatchObject({ isDated: true, zone: "above", probability: 0.4 });
  });

  it("are joined only where one version answered", () => {
    const stretches = stretchesOf(pointsOf(IMAGES, MARKS));
    expect(stretches.map(({ version, points }) => [version, points.length])).toEqual([
      ["1.0.0", 2],
      ["1.1.2", 1],
    ]);
  });
});

describe("places in time", () => {
  it("lie as far apart as the moments", () => {
    expect(placesOf([0, 25, 100], 0.1)).toEqual([0, 0.25, 1]);
  });

  it("are moved apart where several photos are of one day", () => {
    const places = placesOf([0, 100, 100, 100], 0.1).map((place) => place.toFixed(2));
    expect(places).toEqual(["0.00", "0.80", "0.90", "1.00"]);
    expect(placesOf([5, 5, 5], 0.1)).toEqual([0, 0.5, 1]);
  });

  it("never leave the chart, however many there are", () => {
    const places = placesOf(
      Array.from({ length: 60 }, () => 1),
      0.1,
    );
    expect(Math.max(...places)).toBeLessThanOrEqual(1);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(-1e-9);
  });
});
