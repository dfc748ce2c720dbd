import {
  IconAlertTriangleFilled,
  IconArrowBarToDown,
  IconSquareRotatedFilled,
} from "@tabler/icons-react";
import type { Zone } from "./zone";
import classes from "./ZoneMark.module.css";

const SHAPES = {
  below: IconArrowBarToDown,
  borderline: IconSquareRotatedFilled,
  above: IconAlertTriangleFilled,
};

/** A zone as a small shape in its colour, for where its name has no room; a label says it. */
export function ZoneMark({ zone, size = 14 }: { zone: Zone; size?: number }) {
  const Shape = SHAPES[zone];
  return (
    <span className={classes.mark} data-zone={zone}>
      <Shape size={size} aria-hidden />
    </span>
  );
}
