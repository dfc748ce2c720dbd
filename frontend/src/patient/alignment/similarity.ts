/** A place on a photo: pixels from its left and upper edge. */
export interface Place {
  x: number;
  y: number;
}

/** Turns, scales and moves: x' = a·x − b·y + dx, y' = b·x + a·y + dy. */
export interface Similarity {
  a: number;
  b: number;
  dx: number;
  dy: number;
}

/**
 * The similarity that takes places to their partners with the least squared distance.
 *
 * The closed form of Umeyama (1991, doi:10.1109/34.88573) in the plane, without mirroring.
 *
 * @param from at least two, not all the same.
 */
export function similarityOf(from: readonly Place[], to: readonly Place[]): Similarity {
  const [centre, goal] = [meanOf(from), meanOf(to)];
  let [along, across, spread] = [0, 0, 0];
  from.forEach(({ x, y }, index) => {
    const [u, v] = [x - centre.x, y - centre.y];
    const partner = to[index] ?? goal;
    const [p, q] = [partner.x - goal.x, partner.y - goal.y];
    along += u * p + v * q;
    across += u * q - v * p;
    spread += u * u + v * v;
  });
  const [a, b] = spread > 0 ? [along / spread, across / spread] : [1, 0];
  return {
    a,
    b,
    dx: goal.x - a * centre.x + b * centre.y,
    dy: goal.y - b * centre.x - a * centre.y,
  };
}

export function moved({ x, y }: Place, { a, b, dx, dy }: Similarity): Place {
  return { x: a * x - b * y + dx, y: b * x + a * y + dy };
}

export const scaleOf = ({ a, b }: Similarity) => Math.hypot(a, b);

export const distance = (one: Place, other: Place) => Math.hypot(one.x - other.x, one.y - other.y);

function meanOf(places: readonly Place[]): Place {
  const sum = places.reduce((so, { x, y }) => ({ x: so.x + x, y: so.y + y }), { x: 0, y: 0 });
  return { x: sum.x / places.length, y: sum.y / places.length };
}
