import type { Schemas } from "@/api/client";
import { zoneOf, type Zone } from "@/findings/zone";
import type { Marks } from "@/viewer/Filmstrip";

/** One photo of a lesion with the model's newest answer on it. */
export interface Point {
  imageId: string;
  /** When it was taken; when it was added, where nobody knows. */
  at: string;
  isDated: boolean;
  /** Of malignancy, 0 to 1. */
  probability: number;
  /** Of the version that answered, 0 to 1. */
  threshold: number;
  zone: Zone;
  version: string;
  /** The verdict that stands on the photo. */
  verdict: Schemas["Review"]["verdict"] | null;
}

/** Photos in a row that one version answered; another version's probabilities lie on another scale. */
export interface Stretch {
  version: string;
  threshold: number;
  points: Point[];
}

/** The photos that have an answer, the oldest first. */
export function pointsOf(
  images: readonly Schemas["Image"][],
  marks: ReadonlyMap<string, Marks>,
): Point[] {
  return images
    .flatMap((image): Point[] => {
      const { detection, review } = marks.get(image.id) ?? {};
      const zone = detection ? zoneOf(detection) : null;
      const { probability_malignant: probability, threshold, model } = detection ?? {};
      if (!zone || typeof probability !== "number" || typeof threshold !== "number") return [];
      return [
        {
          imageId: image.id,
          at: image.captured_at ?? image.created_at,
          isDated: !!image.captured_at,
          probability,
          threshold,
          zone,
          version: model?.version ?? "",
          verdict: review?.verdict ?? null,
        },
      ];
    })
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

export function stretchesOf(points: readonly Point[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const point of points) {
    const last = stretches.at(-1);
    if (last?.version === point.version && last.threshold === point.threshold) {
      last.points.push(point);
    } else {
      stretches.push({ version: point.version, threshold: point.threshold, points: [point] });
    }
  }
  return stretches;
}

/**
 * Where each moment lies between 0 and 1; evenly where all are the same.
 *
 * Moments nearer than `nearest` are moved apart, so that each can be told and pressed; the last
 * one stays at 1.
 */
export function placesOf(moments: readonly number[], nearest: number): number[] {
  const [first = 0, last = 0] = [moments[0], moments.at(-1)];
  const count = moments.length;
  if (count < 2) return moments.map(() => 0.5);
  const step = Math.min(nearest, 1 / (count - 1));
  const places = moments.map((at, index) =>
    last > first ? (at - first) / (last - first) : index / (count - 1),
  );
  for (let index = 1; index < count; index++) {
    places[index] = Math.max(places[index] ?? 0, (places[index - 1] ?? 0) + step);
  }
  // What was moved beyond the end is moved back.
  let most = 1;
  for (let index = count - 1; index >= 0; index--) {
    places[index] = Math.min(places[index] ?? 0, most);
    most = (places[index] ?? 0) - step;
  }
  return places;
}
