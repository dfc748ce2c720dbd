import { Stack, Text, Title } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { day, modelPercent } from "@/i18n/moments";
import { clinicalCardQuery } from "@/model_card/useClinicalCard";
import { ChartFrame } from "./ChartFrame";
import { ChartKey } from "./ChartKey";
import { ChartPoints } from "./ChartPoints";
import { ChartTable } from "./ChartTable";
import { layoutOf } from "./chart_layout";
import { stretchesOf, type Point } from "./chart_points";
import { SizeChart } from "./SizeChart";
import classes from "./LesionChart.module.css";

const NO_SIZES: ReadonlyMap<string, Schemas["Size"]> = new Map();

/** Until the page has been measured. */
const USUAL_WIDTH = 320;

/**
 * How the probability of one lesion went, by when each photo was taken.
 *
 * Each photo is a button that shows it; a table says the same in words.
 */
export default function LesionChart({
  points,
  sizes = NO_SIZES,
  chosen,
  onChoose,
}: {
  /** The oldest first, at least two. */
  points: Point[];
  /** By the photo's id, of those that were measured. */
  sizes?: ReadonlyMap<string, Schemas["Size"]>;
  /** The photo in the viewer. */
  chosen: string;
  onChoose: (imageId: string) => void;
}) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const title = useId();
  const stretches = stretchesOf(points);
  const cards = useQueries({
    queries: stretches.map(({ version, threshold }) =>
      clinicalCardQuery(version || undefined, threshold),
    ),
  });
  const zones = cards.map(({ data }) => data?.zones ?? null);
  const layout = layoutOf(stretches, width || USUAL_WIDTH);
  const [first, last] = [points[0], points.at(-1)];
  return (
    <Stack component="section" gap={6} aria-labelledby={title}>
      <Title order={3} size="sm" fw={500} id={title}>
        {t("patient.course.title")}
      </Title>
      {first && last && (
        <Text size="xs" c="dimmed">
          {t("patient.course.summary", {
            count: points.length,
            from: modelPercent(first.probability),
            to: modelPercent(last.probability),
            since: day(first.at),
          })}
        </Text>
      )}
      <div ref={ref} className={classes.chart}>
        <ChartFrame layout={layout} zones={zones} />
        <ChartPoints layout={layout} chosen={chosen} onChoose={onChoose} />
      </div>
      <ChartKey points={points} versions={stretches.length} hasBorderline={zones.some(Boolean)} />
      <SizeChart layout={layout} sizes={sizes} />
      <ChartTable points={points} sizes={sizes} onChoose={onChoose} />
    </Stack>
  );
}
