import { Group, Text } from "@mantine/core";
import classes from "./Plot.module.css";

const RADIUS = 4;

/** One point of a version: a disc for the first, a square for the second. */
export function Mark({ x, y, isSecond }: { x: number; y: number; isSecond: boolean }) {
  if (!isSecond) return <circle className={classes.mark} cx={x} cy={y} r={RADIUS} />;
  return (
    <rect
      className={classes.mark}
      data-second
      x={x - RADIUS}
      y={y - RADIUS}
      width={2 * RADIUS}
      height={2 * RADIUS}
    />
  );
}

/** Which line is which version. */
export function Key({ version, isSecond }: { version: string; isSecond: boolean }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <svg width={40} height={12} aria-hidden>
        <line
          className={classes.line}
          data-second={isSecond || undefined}
          x1={0}
          x2={40}
          y1={6}
          y2={6}
        />
        <Mark x={20} y={6} isSecond={isSecond} />
      </svg>
      <Text size="sm" fw={600}>
        {version}
      </Text>
    </Group>
  );
}
