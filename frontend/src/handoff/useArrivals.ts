import { useEffect, useEffectEvent, useRef } from "react";
import type { Schemas } from "@/api/client";

/**
 * Shows photos as they arrive from a phone.
 *
 * @param open the lesion's open hand-off, which says how many have come.
 * @param images the lesion's photos, the newest first; undefined until they are known.
 * @param refresh reads the photos again.
 * @param onArrival called with the newest photo that was not there before.
 */
export function useArrivals(
  open: Schemas["Handoff"] | null,
  images: Schemas["Image"][] | undefined,
  { refresh, onArrival }: { refresh: () => unknown; onArrival: (imageId: string) => void },
): void {
  const handoff = open?.id ?? null;
  const photos = open?.photos ?? 0;
  const counted = useRef({ handoff, photos });
  const known = useRef<Set<string> | null>(null);
  const read = useEffectEvent(refresh);
  const tell = useEffectEvent(onArrival);
  useEffect(() => {
    const before = counted.current;
    counted.current = { handoff, photos };
    // One that has just ended may have brought a photo since it was last asked.
    const hasEnded = before.handoff !== null && before.handoff !== handoff;
    if (hasEnded || photos > (before.handoff === handoff ? before.photos : 0)) read();
  }, [handoff, photos]);
  useEffect(() => {
    if (!images) return;
    const fresh = known.current && images.find(({ id }) => !known.current?.has(id));
    known.current = new Set(images.map(({ id }) => id));
    if (fresh && handoff !== null) tell(fresh.id);
  }, [handoff, images]);
}
