import { useTranslation } from "react-i18next";
import type { BodyPosition } from "./body_sites";
import classes from "./BodyMap.module.css";

/** The drawing's units; positions are shares of them. */
export const WIDTH = 100;
export const HEIGHT = 212;

/** A figure that shows places, not anybody's looks, with the patient's own left and right named. */
export function BodyFigure({ view }: { view: BodyPosition["view"] }) {
  const { t } = useTranslation();
  // Seen from the front, the patient's right is on our left.
  const [ours, other] =
    view === "front" ? (["right", "left"] as const) : (["left", "right"] as const);
  return (
    <g aria-hidden>
      <g className={classes.figure}>
        <ellipse cx="50" cy="16" rx="10" ry="12" />
        <path d="M50 26 V36" strokeWidth="9" />
        <path d="M38 40 H62 L60 74 L62 106 H38 L40 74 Z" strokeWidth="8" />
        <path d="M36 42 L25 74 L20 104" strokeWidth="9" fill="none" />
        <path d="M64 42 L75 74 L80 104" strokeWidth="9" fill="none" />
        <path d="M19 108 L17 116 M81 108 L83 116" strokeWidth="7" />
        <path d="M43 108 L41 154 L40 196" strokeWidth="13" fill="none" />
        <path d="M57 108 L59 154 L60 196" strokeWidth="13" fill="none" />
        <path d="M39 202 L35 206 M61 202 L65 206" strokeWidth="8" />
      </g>
      <g className={classes.lines}>
        {view === "front" ? (
          <>
            <path d="M46 17h.1 M54 17h.1 M47 22q3 2 6 0" />
            <path d="M41 52q5 4 9 0 M50 52q4 4 9 0 M50 80v2 M42 100l8 6 8-6" />
            <path d="M41 150q2 2 4 0 M55 150q2 2 4 0" />
          </>
        ) : (
          <>
            <path d="M50 38v58 M42 48q4 6 2 12 M58 48q-4 6-2 12" />
            <path d="M42 106q4 4 8 0q4 4 8 0 M50 96v10" />
            <path d="M38 152q3 2 6 0 M56 152q3 2 6 0" />
          </>
        )}
      </g>
      <text x="3" y="12" className={classes.side}>
        {t(`patient.map.${ours}`)}
      </text>
      <text x="97" y="12" textAnchor="end" className={classes.side}>
        {t(`patient.map.${other}`)}
      </text>
    </g>
  );
}
