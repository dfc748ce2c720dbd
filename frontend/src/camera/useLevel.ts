import { useEffect, useState } from "react";
import { levelOf, type Level } from "./level";

/** iOS asks the person, and only in answer to a press. */
interface Asking {
  requestPermission?: () => Promise<"granted" | "denied">;
}

const asking = () =>
  "DeviceOrientationEvent" in window ? (DeviceOrientationEvent as unknown as Asking) : {};

/** How level the phone is; null where it can't tell, or may not. */
export function useLevel(): { level: Level | null; ask?: () => void } {
  const [isAllowed, setIsAllowed] = useState(() => asking().requestPermission === undefined);
  const [level, setLevel] = useState<Level | null>(null);
  useEffect(() => {
    if (!isAllowed) return;
    const turn = ({ beta, gamma }: DeviceOrientationEvent) => {
      if (beta === null || gamma === null) return;
      const next = levelOf(beta, gamma);
      // Sensors speak sixty times a second; only what looks different is drawn.
      setLevel((before) => (before && isSame(before, next) ? before : next));
    };
    window.addEventListener("deviceorientation", turn);
    return () => window.removeEventListener("deviceorientation", turn);
  }, [isAllowed]);
  // A computer has nothing to tilt, though its browser would ask.
  if (isAllowed || navigator.maxTouchPoints === 0) return { level };
  return {
    level: null,
    ask: () => {
      asking()
        .requestPermission?.()
        .then((answer) => setIsAllowed(answer === "granted"))
        .catch(() => undefined);
    },
  };
}

const isSame = (one: Level, other: Level) =>
  one.looks === other.looks &&
  one.tilt === other.tilt &&
  Math.abs(one.bubble.x - other.bubble.x) < 0.05 &&
  Math.abs(one.bubble.y - other.bubble.y) < 0.05;
