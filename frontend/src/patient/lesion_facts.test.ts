import { describe, expect, it } from "vitest";
import { detectionWith, imageWith, lesionWith, reviewWith } from "@/testing/records";
import { factsOf, inOrder, isWanted } from "./lesion_facts";

const LESIONS = [lesionWith({ id: "l-1" }), lesionWith({ id: "l-2", body_site: "head_neck" })];
const photo = (id: string, lesion: string, at: string) =>
  imageWith({ id, lesion_id: lesion, captured_at: `${at}T10:00:00Z` });
const answer = (image: string, share: number, version = "1.1.3") =>
  detectionWith({
    id: `d-${image}`,
    image_id: image,
    probability_malignant: share,
    zone: share > 0.5 ? "above" : "below",
    label: share > 0.5 ? "malignant" : "benign",
    model: { name: "lesion", version },
  });

// The newest first, as the gateway lists them.
const IMAGES = [
  photo("i-4", "l-2", "2026-06-01"),
  photo("i-3", "l-1", "2026-06-01"),
  photo("i-2", "l-1", "2026-03-01"),
  photo("i-1", "l-1", "2025-03-01"),
];
const MARKS = new Map([
  ["i-4", { detection: answer("i-4", 0.9) }],
  [
    "i-3",
    {
      detection: answer("i-3", 0.2),
      review: reviewWith({ image_id: "i-3", verdict: "benign", monitor_until: "2026-12-01" }),
    },
  ],
  ["i-2", { detection: answer("i-2", 0.1) }],
  ["i-1", { detection: answer("i-1", 0.4, "1.0.0") }],
]);

describe("what the overview says of a lesion", () => {
  const [back, nose] = factsOf(LESIONS, IMAGES, MARKS);

  it("is its newest photo, zone, verdict and when it is to be seen again", () => {
    expect(back).toMatchObject({ number: 1, zone: "below", dueOn: "2026-12-01" });
    expect(back?.newest?.id).toBe("i-3");
    expect(back?.verdict?.verdict).toBe("benign");
  });

  it("is a course of one version's answers, the oldest first", () => {
    expect(back?.course).toEqual([0.1, 0.2]);
  });

  it("is that it is new, where its first photo is from the newest of several visits", () => {
    expect(nose?.isNew).toBe(true);
    expect(back?.isNew).toBe(false);
    const [only] = factsOf(LESIONS, IMAGES.slice(3), MARKS);
    expect(only?.isNew).toBe(false);
  });

  it("chooses and orders lesions", () => {
    const all = factsOf(LESIONS, IMAGES, MARKS);
    const ids = (order: Parameters<typeof inOrder>[1]) =>
      inOrder(all, order).map(({ lesion }) => lesion.id);
    expect(ids("number")).toEqual(["l-1", "l-2"]);
    expect(ids("risk")).toEqual(["l-2", "l-1"]);
    expect(ids("due")).toEqual(["l-1", "l-2"]);
    expect(all.filter((facts) => isWanted(facts, "suspicious"))).toEqual([nose]);
    expect(all.filter((facts) => isWanted(facts, "due"))).toEqual([back]);
  });
});
