import { useState } from "react";

/** What the types of the DOM leave out (MediaStream Image Capture, 9). */
interface Torch {
  torch?: boolean;
}

/** The lamp beside the lens; null where the camera has none that a page may switch. */
export function useTorch(stream: MediaStream | null) {
  const [lit, setLit] = useState<MediaStream | null>(null);
  const track = stream?.getVideoTracks()[0];
  // Firefox knows no capabilities.
  const able = track as Partial<Pick<MediaStreamTrack, "getCapabilities">> | undefined;
  const capabilities = able?.getCapabilities?.() as unknown as Torch | undefined;
  if (!track || !capabilities?.torch) return null;
  const isOn = lit === stream;
  return {
    isOn,
    toggle: () => {
      const wanted = { advanced: [{ torch: !isOn } as MediaTrackConstraintSet] };
      track
        .applyConstraints(wanted)
        .then(() => setLit(isOn ? null : stream))
        .catch(() => setLit(null));
    },
  };
}
