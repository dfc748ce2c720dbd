import { lazy, Suspense, type RefObject } from "react";
import type { Schemas } from "@/api/client";
import { useMarkings } from "@/viewer/markings/useMarkings";
import { moved, type Similarity } from "./alignment/similarity";

const MarkingLayer = lazy(() => import("@/viewer/markings/MarkingLayer"));

/** What is drawn on a photo that is compared, to look at only. */
export function ShownMarkings({
  image,
  place,
  aligned,
  part,
}: {
  image: Schemas["Image"];
  /** Holds the photo, whole and in its middle. */
  place: RefObject<HTMLElement | null>;
  /** Where the photo lies in another one's frame. */
  aligned: { similarity: Similarity; frame: Schemas["Image"] } | null;
  /** Only what lies between these shares of the place, from its left edge. */
  part?: readonly [from: number, to: number];
}) {
  const { data } = useMarkings(image);
  if (!data?.markings.length) return null;
  return (
    <Suspense>
      <MarkingLayer
        place={place}
        photo={image}
        frame={aligned?.frame}
        toFrame={aligned ? (point) => moved(point, aligned.similarity) : undefined}
        markings={data.markings}
        unit={data.millimetres_per_pixel}
        part={part}
      />
    </Suspense>
  );
}
