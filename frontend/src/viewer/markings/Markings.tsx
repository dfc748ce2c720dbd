import { lazy, Suspense, type RefObject } from "react";
import { MarkingPanel } from "./MarkingPanel";
import { MarkingTools } from "./MarkingTools";
import type { Drawing } from "./useDrawing";
import { isScale, useMarkingChanges, useMarkings, type MarkedImage } from "./useMarkings";

// The library that draws comes with the first photo that carries a marking.
const MarkingLayer = lazy(() => import("./MarkingLayer"));

/** What is drawn over a photo, and while somebody draws, what with. */
export function Markings({
  image,
  place,
  turns,
  drawing,
  isShown,
}: {
  image: MarkedImage;
  /** Holds the photo, whole and in its middle; what zooms is its parent. */
  place: RefObject<HTMLElement | null>;
  turns: number;
  drawing: Drawing;
  isShown: boolean;
}) {
  const { data } = useMarkings(image);
  const { withdraw } = useMarkingChanges(image);
  if (!data) return null;
  const hasAny = data.markings.length > 0 && isShown;
  return (
    <>
      {(hasAny || drawing.isOn) && (
        <Suspense>
          <MarkingLayer
            place={place}
            photo={image}
            turns={turns}
            markings={data.markings}
            unit={data.millimetres_per_pixel}
            tool={drawing.tool}
            choices={drawing.choices}
            onDone={drawing.finish}
            onLeave={drawing.isOn ? drawing.leave : undefined}
          />
        </Suspense>
      )}
      {drawing.isOn && (
        <>
          <MarkingTools drawing={drawing} />
          <MarkingPanel
            // What was typed for one question is no answer to the next.
            key={drawing.question?.kind}
            drawing={drawing}
            scale={data.markings.find(isScale)}
            usualField={data.usual_field_of_view}
            onWithdraw={(id) => withdraw.mutate(id)}
          />
        </>
      )}
    </>
  );
}
