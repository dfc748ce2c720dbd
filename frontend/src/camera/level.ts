/** How a phone is held. */
export interface Level {
  /** Whether its lens looks down, as at somebody who lies, or ahead. */
  looks: "down" | "ahead";
  /** Degrees by which it is off: from the plumb line, or turned about the lens. */
  tilt: number;
  /** Where a bubble lies: to the right and to the top, -1 to 1. */
  bubble: { x: number; y: number };
}

const RADIANS = Math.PI / 180;
/** Beyond it from the plumb line, a lens looks ahead. */
const STEEP = 45;
const MOST_TILT = 5;
/** The tilt at which the bubble is at its rim. */
const RIM = 20;

/**
 * How level a phone is, by its angles (W3C Device Orientation, 3.1): beta about its width from -180
 * to 180, gamma about its height from -90 to 90 degrees.
 */
export function levelOf(beta: number, gamma: number): Level {
  const [b, g] = [beta * RADIANS, gamma * RADIANS];
  // The plumb line in the phone's own axes: to its right, to its top, out of its screen.
  const down = { x: Math.cos(b) * Math.sin(g), y: -Math.sin(b), z: -Math.cos(b) * Math.cos(g) };
  const offPlumb = Math.acos(Math.min(1, Math.max(-1, -down.z))) / RADIANS;
  if (offPlumb < STEEP) {
    const far = Math.min(1, offPlumb / RIM);
    const length = Math.hypot(down.x, down.y) || 1;
    // A bubble rises: away from where the plumb line points.
    return {
      looks: "down",
      tilt: Math.round(offPlumb),
      bubble: { x: (-down.x / length) * far, y: (-down.y / length) * far },
    };
  }
  // Held upright or across, the nearest of the four counts.
  const turned = Math.atan2(down.x, -down.y) / RADIANS;
  const roll = turned - 90 * Math.round(turned / 90);
  return {
    looks: "ahead",
    tilt: Math.round(Math.abs(roll)),
    bubble: { x: Math.max(-1, Math.min(1, -roll / RIM)), y: 0 },
  };
}

export const isLevel = ({ tilt }: Level) => tilt <= MOST_TILT;
