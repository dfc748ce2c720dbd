import type { Schemas } from "@/api/client";

export type SeenPart = NonNullable<Schemas["Detection"]["seen"]>;

/**
 * What an answer rests on, in shares of the photo.
 *
 * Answers from before it was recorded rest on the central square: so older versions worked.
 */
export function seenPart(
  seen: SeenPart | null | undefined,
  { width, height }: { width: number; height: number },
): SeenPart {
  if (seen) return seen;
  const side = Math.min(width, height);
  const [wide, high] = [side / width, side / height];
  return { left: (1 - wide) / 2, top: (1 - high) / 2, width: wide, height: high };
}
