import { useTranslation } from "react-i18next";
import { seenPart, type SeenPart } from "./seen_part";
import classes from "./SeenFrame.module.css";

/** The part of a photo that the model looked at: a square, and the disc in it that counts. */
export function SeenFrame({
  seen,
  size,
}: {
  seen: SeenPart | null | undefined;
  /** The photo's, in pixels, upright. */
  size: { width: number; height: number };
}) {
  const { t } = useTranslation();
  const part = seenPart(seen, size);
  const [x, y] = [part.left * size.width, part.top * size.height];
  const [width, height] = [part.width * size.width, part.height * size.height];
  // As wide as the photo's shorter side; at the photo's edge only a part of it lies on the photo.
  const radius = Math.min(size.width, size.height) / 2;
  const cx = part.left > 0 ? x + radius : x + width - radius;
  const cy = part.top > 0 ? y + radius : y + height - radius;
  const half = `a${radius},${radius} 0 1,0 `;
  const disc = `M${cx - radius},${cy}${half}${2 * radius},0${half}${-2 * radius},0z`;
  return (
    <svg
      role="img"
      aria-label={t("viewer.frame")}
      // As the photo lies in its place: whole, in the middle.
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="xMidYMid meet"
      className={classes.frame}
    >
      <path
        d={`M0,0H${size.width}V${size.height}H0z${disc}`}
        fillRule="evenodd"
        className={classes.outside}
      />
      <rect {...{ x, y, width, height }} className={classes.under} />
      <rect {...{ x, y, width, height }} className={classes.square} />
      <path d={disc} className={classes.under} />
      <path d={disc} className={classes.disc} />
    </svg>
  );
}
