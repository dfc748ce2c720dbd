import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import type { Layout } from "./chart_layout";
import { highestOf, sizeText } from "./size_text";
import classes from "./LesionChart.module.css";

const [HEIGHT, TOP, BOTTOM] = [110, 22, 12];

/** How the largest diameter of a lesion went, under the same days as its probability. */
export function SizeChart({
  layout,
  sizes,
}: {
  layout: Layout;
  /** By the photo's id; photos that nobody has measured have none. */
  sizes: ReadonlyMap<string, Schemas["Size"]>;
}) {
  const { t } = useTranslation();
  const measured = layout.stretches
    .flatMap(({ placed }) => placed)
    .flatMap(({ point, x }) => {
      const size = sizes.get(point.imageId);
      return size ? [{ id: point.imageId, x, size }] : [];
    });
  const [first, last] = [measured[0], measured.at(-1)];
  if (!first || !last) return null;
  const most = highestOf(measured.map(({ size }) => size.longest));
  const heightOf = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {measured.length > 1
          ? t("patient.course.sizes", { from: sizeText(first.size), to: sizeText(last.size) })
          : t("patient.course.size", { size: sizeText(first.size) })}
      </Text>
      <svg width={layout.width} height={HEIGHT} className={classes.frame} aria-hidden>
        {[0, most].map((value) => (
          <g key={value}>
            <line
              className={classes.grid}
              x1={layout.left}
              x2={layout.right}
              y1={heightOf(value)}
              y2={heightOf(value)}
            />
            <text
              className={classes.scale}
              x={layout.left - 6}
              y={heightOf(value) + 4}
              textAnchor="end"
            >
              {value}
            </text>
          </g>
        ))}
        <text className={classes.version} x={layout.left} y={11}>
          {t("patient.course.sizeAxis")}
        </text>
        <polyline
          className={classes.line}
          points={measured.map(({ x, size }) => `${x},${heightOf(size.longest)}`).join(" ")}
        />
        {measured.map(({ id, x, size }) => (
          <circle key={id} className={classes.size} cx={x} cy={heightOf(size.longest)} r={4} />
        ))}
      </svg>
    </Stack>
  );
}
