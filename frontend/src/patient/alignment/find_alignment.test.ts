import { Image } from "image-js";
import { expect, it } from "vitest";
import { findAlignment } from "./find_alignment";
import { moved, similarityOf, type Place } from "./similarity";

const SIDE = 300;

/** Dots of different darkness at places that depend on the seed. */
function skin(seed: number): (place: Place) => number {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const dots = Array.from({ length: 150 }, () => ({
    x: random() * SIDE,
    y: random() * SIDE,
    dark: 60 + random() * 90,
    size: 3 + random() * 5,
  }));
  return ({ x, y }) =>
    dots.reduce((light, dot) => {
      const far = ((x - dot.x) ** 2 + (y - dot.y) ** 2) / dot.size ** 2;
      return far > 9 ? light : light - dot.dark * Math.exp(-far);
    }, 200);
}

function photo(of: (place: Place) => number, placeAt = (place: Place) => place): Image {
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, index) => {
    const place = placeAt({ x: index % SIDE, y: Math.floor(index / SIDE) });
    return Math.max(0, Math.min(255, of(place)));
  });
  return new Image(SIDE, SIDE, { data, colorModel: "GREY" });
}

it("a photo that was turned, scaled and moved is brought back to within a pixel", () => {
  // From the turned photo's pixels to the other's: by 15 degrees, a fifth larger.
  const angle = (15 * Math.PI) / 180;
  const truth = { a: 1.2 * Math.cos(angle), b: 1.2 * Math.sin(angle), dx: 10, dy: -60 };
  const lesion = skin(7);
  const { alignment, matches } = findAlignment(
    photo(lesion, (place) => moved(place, truth)),
    photo(lesion),
  );
  expect(matches).toBeGreaterThan(15);
  expect(alignment?.residual).toBeLessThan(2);
  const middle = { x: SIDE / 2, y: SIDE / 2 };
  const found = moved(middle, alignment?.similarity ?? { a: 1, b: 0, dx: 0, dy: 0 });
  expect(found.x).toBeCloseTo(moved(middle, truth).x, -0.5);
  expect(found.y).toBeCloseTo(moved(middle, truth).y, -0.5);
});

it("photos of different skin, or of nothing, are not aligned", () => {
  expect(findAlignment(photo(skin(7)), photo(skin(1234))).alignment).toBeNull();
  expect(
    findAlignment(
      photo(() => 128),
      photo(() => 128),
    ).alignment,
  ).toBeNull();
});

it("the similarity of pairs is exact where they fit exactly", () => {
  const truth = { a: 0.5, b: -0.7, dx: 3, dy: 9 };
  const from = [
    { x: 0, y: 0 },
    { x: 4, y: 1 },
    { x: 2, y: 8 },
  ];
  const found = similarityOf(
    from,
    from.map((place) => moved(place, truth)),
  );
  for (const key of ["a", "b", "dx", "dy"] as const) expect(found[key]).toBeCloseTo(truth[key]);
});
