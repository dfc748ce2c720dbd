import { expect, it } from "vitest";
import { suggestionsFor } from "./suggestions";

const photo = (id: string, second: number | null, choice: string | null = null) => ({
  id,
  name: `${id}.jpg`,
  capturedAt: second === null ? null : new Date(Date.UTC(2026, 2, 14, 9, 0, second)).toISOString(),
  choice,
});
const none = new Map<string, { lesionId: string; points: number }>();

it("a photo whose points match a lesion's newest photo is suggested for it, with how many", () => {
  const alike = new Map([["a", { lesionId: "l-2", points: 14 }]]);
  expect(suggestionsFor([photo("a", null)], alike).get("a")).toEqual({
    lesionId: "l-2",
    ground: "alike",
    points: 14,
  });
});

it("one taken within a minute of a photo that has a place is suggested for the same one", () => {
  const photos = [photo("a", 0, "l-1"), photo("b", 40), photo("c", 200), photo("d", null)];
  const found = suggestionsFor(photos, none);
  expect(found.get("b")).toEqual({ lesionId: "l-1", ground: "taken", name: "a.jpg" });
  expect([...found.keys()]).toEqual(["b"]);
});

it("of several photos the one nearest in time counts, and likeness counts before time", () => {
  const photos = [photo("a", 0, "l-1"), photo("b", 30), photo("c", 50, "l-2"), photo("d", 55)];
  const alike = new Map([["d", { lesionId: "l-3", points: 9 }]]);
  const found = suggestionsFor(photos, alike);
  expect(found.get("b")?.lesionId).toBe("l-2");
  expect(found.get("d")?.lesionId).toBe("l-3");
});

it("nothing is suggested for a photo that has a place, nor the unsorted tray for any", () => {
  const alike = new Map([["a", { lesionId: "l-3", points: 30 }]]);
  expect(suggestionsFor([photo("a", 0, "l-1")], alike).size).toBe(0);
  expect(suggestionsFor([photo("a", 0, "unsorted"), photo("b", 5)], none).size).toBe(0);
});
