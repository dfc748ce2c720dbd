import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { modelPercent } from "@/i18n/moments";
import classes from "./Course.module.css";

const [WIDTH, HEIGHT] = [56, 18];
const MOST = 12;
/** Two photos of one lesion taken in a row differ by about as much. */
const NOISE = 0.05;

/** How the probability went, as a small line with its direction; nothing for fewer than two. */
export function Course({ course }: { course: number[] }) {
  const { t } = useTranslation();
  const shown = course.slice(-MOST);
  const [before, now] = [shown.at(-2), shown.at(-1)];
  if (before === undefined || now === undefined) return null;
  const change = now - before;
  const trend = change > NOISE ? "up" : change < -NOISE ? "down" : "steady";
  const Icon = { up: IconArrowUpRight, down: IconArrowDownRight, steady: IconArrowRight }[trend];
  const points = shown
    .map((share, index) => `${(index / (shown.length - 1)) * WIDTH},${HEIGHT - share * HEIGHT}`)
    .join(" ");
  return (
    <span
      role="img"
      className={classes.course}
      aria-label={t(`patient.overview.trend.${trend}`, {
        from: modelPercent(before),
        to: modelPercent(now),
      })}
    >
      <svg
        viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`}
        width={WIDTH}
        height={HEIGHT + 4}
        aria-hidden
      >
        <polyline points={points} className={classes.line} />
        <circle cx={WIDTH} cy={HEIGHT - now * HEIGHT} r={2.5} className={classes.now} />
      </svg>
      <Icon size={16} aria-hidden />
    </span>
  );
}
