import { useCallback, useEffect, useState } from "react";

/** Why there is no picture: not allowed, no camera, or another app has it. */
export type CameraFailure = "denied" | "none" | "busy";

export type Camera =
  | { state: "starting" }
  | { state: "live"; stream: MediaStream }
  | { state: "failed"; why: CameraFailure };

/** As large as the camera gives; the rear one, where there are several. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: {
    facingMode: { ideal: "environment" },
    width: { ideal: 4032 },
    height: { ideal: 3024 },
  },
};

/** Whether this browser shows a camera's picture on this page: on secure pages alone. */
export const hasCamera = () =>
  // The types promise what browsers withhold from pages without TLS.
  typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === "function";

/** The rear camera, on as long as the page is in sight. */
export function useCamera(): { camera: Camera; retry: () => void } {
  const [camera, setCamera] = useState<Camera>({ state: "starting" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = null;
    };
    const start = async () => {
      try {
        const opened = await navigator.mediaDevices.getUserMedia(WANTED);
        stream = opened;
        if (isGone || document.hidden) return stop();
        setCamera({ state: "live", stream: opened });
        opened.getVideoTracks()[0]?.addEventListener("ended", () => {
          if (stream === opened) setCamera({ state: "failed", why: "busy" });
        });
      } catch (error) {
        if (!isGone) setCamera({ state: "failed", why: failureOf(error) });
      }
    };
    const look = () => {
      if (document.hidden) {
        stop();
        setCamera({ state: "starting" });
      } else if (!stream) {
        void start();
      }
    };
    void start();
    document.addEventListener("visibilitychange", look);
    return () => {
      isGone = true;
      document.removeEventListener("visibilitychange", look);
      stop();
    };
  }, [attempt]);
  const retry = useCallback(() => {
    setCamera({ state: "starting" });
    setAttempt((count) => count + 1);
  }, []);
  return { camera, retry };
}

/** By the names of Media Capture and Streams, 10.3. */
function failureOf(error: unknown): CameraFailure {
  const { name } = error as Partial<Error>;
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}
