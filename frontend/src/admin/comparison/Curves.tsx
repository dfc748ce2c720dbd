import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";
import { figure } from "@/model_card/scale";
import { Key, Mark } from "./Mark";
import { across, down, Plot } from "./Plot";
import { ReliabilityTable } from "./ReliabilityTable";
import classes from "./Plot.module.css";

type Both = Schemas["CaseComparison"]["curves"];

/** ROC curve and reliability of both versions, one over the other. */
export function Curves({ curves, figures }: { curves: Both; figures: Schemas["FigureOfBoth"][] }) {
  const { t } = useTranslation();
  const auc = figures.find(({ name }) => name === "auc");
  return (
    <Stack>
      <Group gap="lg">
        {curves.map(({ version }, place) => (
          <Key key={version} version={version} isSecond={place === 1} />
        ))}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Stack gap="xs" component="figure" m={0}>
          <Plot
            label={t("comparison.curves.rocLabel", {
              first: curves[0].version,
              second: curves[1].version,
              firstAuc: auc?.first ? figure(auc.first.value) : "–",
              secondAuc: auc?.second ? figure(auc.second.value) : "–",
            })}
            x={t("comparison.curves.falseAlarms")}
            y={t("comparison.curves.sensitivity")}
          >
            {curves.map((curve, place) => (
              <Roc key={curve.version} curve={curve} isSecond={place === 1} />
            ))}
          </Plot>
          <Text size="xs" c="dimmed" component="figcaption">
            {t("comparison.curves.rocText")}
            {curves.map(
              ({ version, threshold, at_threshold: at }) =>
                at &&
                ` ${t("comparison.curves.atThreshold", {
                  version,
                  threshold: percent(threshold, 1),
                  found: percent(at.sensitivity),
                  alarms: percent(at.false_alarms),
                })}`,
            )}
          </Text>
        </Stack>
        <Stack gap="xs" component="figure" m={0}>
          <Plot
            label={t("comparison.curves.reliabilityLabel", {
              first: curves[0].version,
              second: curves[1].version,
            })}
            x={t("comparison.curves.said")}
            y={t("comparison.curves.wereMalignant")}
          >
            {curves.map((curve, place) => (
              <Reliability key={curve.version} curve={curve} isSecond={place === 1} />
            ))}
          </Plot>
          <Text size="xs" c="dimmed" component="figcaption">
            {t("comparison.curves.reliabilityText")}
          </Text>
          <ReliabilityTable curves={curves} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

function Roc({ curve, isSecond }: { curve: Schemas["Curves"]; isSecond: boolean }) {
  const { roc, at_threshold: at } = curve;
  const points = roc
    .map((point) => `${across(point.false_alarms)},${down(point.sensitivity)}`)
    .join(" ");
  return (
    <>
      <polyline className={classes.line} data-second={isSecond || undefined} points={points} />
      {at && <Mark x={across(at.false_alarms)} y={down(at.sensitivity)} isSecond={isSecond} />}
    </>
  );
}

function Reliability({ curve, isSecond }: { curve: Schemas["Curves"]; isSecond: boolean }) {
  const points = curve.reliability;
  // Beside each other where both versions say the same.
  const shifted = (share: number) => across(share) + (isSecond ? 1.5 : -1.5);
  return (
    <>
      <polyline
        className={classes.line}
        data-second={isSecond || undefined}
        points={points
          .map(({ probability, malignant }) => `${shifted(probability)},${down(malignant.value)}`)
          .join(" ")}
      />
      {points.map(({ probability, malignant }) => (
        <g key={probability}>
          <line
            className={classes.whisker}
            data-second={isSecond || undefined}
            x1={shifted(probability)}
            x2={shifted(probability)}
            y1={down(malignant.low)}
            y2={down(malignant.high)}
          />
          <Mark x={shifted(probability)} y={down(malignant.value)} isSecond={isSecond} />
        </g>
      ))}
    </>
  );
}
