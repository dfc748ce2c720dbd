import {
  getBriefDescriptors,
  getCrosscheckMatches,
  getOrientedFastKeypoints,
  type Image,
} from "image-js";
import { ransac } from "ml-ransac";
import { distance, moved, scaleOf, similarityOf, type Place, type Similarity } from "./similarity";

/** The part around a corner by which it is told from others, in pixels. */
const PATCH = 31;
const KEYPOINTS = 600;
/** Matches that lie farther from where the similarity takes them are wrong, in pixels. */
const NEAR = 4;
const SEED = 1;
const TRIES = 1000;

/** Photos of different lesions reach 5 by chance: docs/decisions/0048-photos-are-aligned-in-the-browser.md. */
const FEWEST = 8;
/** Nobody photographs a lesion that much nearer or farther: such a fit is chance. */
const MOST_SCALE = 2.5;

export interface Alignment {
  /** From the left photo's pixels to the right one's. */
  similarity: Similarity;
  /** Root mean square of the matches' distances afterwards, in pixels of the right photo. */
  residual: number;
}

export interface Attempt {
  /** Null where too few matches agree for the photos to show the same skin. */
  alignment: Alignment | null;
  /** How many matches agree. */
  matches: number;
}

/**
 * Finds how one photo lies on another of the same lesion.
 *
 * Corners (oriented FAST) are told apart by rBRIEF, as in ORB (Rublee et al. 2011,
 * doi:10.1109/ICCV.2011.6126544), and RANSAC finds the similarity on which most matches agree.
 *
 * @param left grey, as is `right`; a few hundred pixels a side.
 */
export function findAlignment(left: Image, right: Image): Attempt {
  const [one, other] = [describedOf(left), describedOf(right)];
  const pairs = getCrosscheckMatches(one.descriptors, other.descriptors);
  const from = pairs.map(({ sourceIndex }) => placeOf(one, sourceIndex));
  const to = pairs.map(({ destinationIndex }) => placeOf(other, destinationIndex));
  if (pairs.length < FEWEST) return { alignment: null, matches: 0 };
  const { inliers } = ransac(from, to, {
    sampleSize: 2,
    threshold: NEAR,
    maxNbIterations: TRIES,
    seed: SEED,
    distanceFunction: distance,
    fitFunction: (source, goal) => {
      const { a, b, dx, dy } = similarityOf(source, goal);
      return [a, b, dx, dy];
    },
    modelFunction: ([a = 1, b = 0, dx = 0, dy = 0]) => {
      return (place) => moved(place, { a, b, dx, dy });
    },
  });
  const [agreeing, partners] = [pick(from, inliers), pick(to, inliers)];
  const similarity = similarityOf(agreeing, partners);
  const matches = inliers.length;
  if (matches < FEWEST || !isLikely(scaleOf(similarity))) return { alignment: null, matches };
  const squares = agreeing.map(
    (place, index) => distance(moved(place, similarity), partners[index] ?? place) ** 2,
  );
  const residual = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / matches);
  return { alignment: { similarity, residual }, matches };
}

const isLikely = (scale: number) => scale < MOST_SCALE && scale > 1 / MOST_SCALE;

const pick = (places: Place[], wanted: number[]) => wanted.flatMap((index) => places[index] ?? []);

function describedOf(image: Image) {
  const found = getOrientedFastKeypoints(image, {
    centroidPatchDiameter: PATCH,
    maxNbFeatures: KEYPOINTS,
    threshold: 10,
  });
  // The patch must lie inside of the photo.
  const margin = Math.ceil((PATCH * Math.SQRT2) / 2) + 1;
  const inside = found.filter(
    ({ origin: { column, row } }) =>
      column > margin &&
      row > margin &&
      column < image.width - margin &&
      row < image.height - margin,
  );
  return getBriefDescriptors(image, inside, { patchSize: PATCH });
}

function placeOf({ keypoints }: ReturnType<typeof describedOf>, index: number): Place {
  const { column, row } = keypoints[index]?.origin ?? { column: 0, row: 0 };
  return { x: column, y: row };
}
