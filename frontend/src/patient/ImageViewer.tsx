import { Group, SegmentedControl, Skeleton, Slider, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePicture } from "@/api/useBytes";
import { ErrorState } from "@/ui/States";
import { SeenFrame } from "./SeenFrame";
import { ZoomFrame } from "./ZoomFrame";
import classes from "./ImageViewer.module.css";

const FIRST_OPACITY = 50;

/** A photo to zoom into, with what the model looked at, and a heatmap of adjustable strength. */
export function ImageViewer({
  image,
  name,
  detection,
}: {
  image: Pick<Schemas["Image"], "id" | "width" | "height">;
  name: string;
  detection: Schemas["Detection"] | null;
}) {
  const { t } = useTranslation();
  const [opacity, setOpacity] = useState(FIRST_OPACITY);
  const [isFramed, setIsFramed] = useState(true);
  const wasSeen = detection?.status === "complete";
  const hasMap = detection?.status === "complete" && detection.assessable !== false;
  const own = detection?.label ?? "malignant";
  const [target, setTarget] = useState<"benign" | "malignant">(own);
  const photo = usePicture(`/api/images/${image.id}`);
  const map = usePicture(
    hasMap ? `/api/detections/${detection.id}/heatmap.png?target=${target}` : null,
  );

  if (photo.error) return <ErrorState error={photo.error} onRetry={() => void photo.refetch()} />;
  return (
    <Stack gap="xs">
      {photo.url ? (
        <ZoomFrame>
          <div className={classes.pictures}>
            <img src={photo.url} alt={name} className={classes.photo} />
            {map.url && (
              <img
                src={map.url}
                alt={t("patient.viewer.heatmap")}
                className={classes.map}
                style={{ opacity: opacity / 100 }}
              />
            )}
            {wasSeen && isFramed && <SeenFrame seen={detection.seen} size={image} />}
          </div>
        </ZoomFrame>
      ) : (
        <Skeleton height={320} />
      )}
      {wasSeen && (
        <Switch
          size="sm"
          label={t("patient.viewer.frame")}
          description={t("patient.viewer.frameExplained")}
          checked={isFramed}
          onChange={(event) => setIsFramed(event.currentTarget.checked)}
        />
      )}
      {hasMap && (
        <Group align="flex-end" grow preventGrowOverflow={false}>
          <Stack gap={2} miw={160}>
            <Text size="sm" aria-hidden>
              {t("patient.viewer.opacity")}
            </Text>
            <Slider
              value={opacity}
              onChange={setOpacity}
              label={(value) => `${value} %`}
              thumbLabel={t("patient.viewer.opacity")}
            />
          </Stack>
          <Stack gap={2}>
            <Text size="sm" id="target-label">
              {t("patient.viewer.target")}
            </Text>
            <SegmentedControl
              size="xs"
              aria-labelledby="target-label"
              value={target}
              onChange={(value) => setTarget(value)}
              data={(["malignant", "benign"] as const).map((value) => ({
                value,
                label: t(`shell.label.${value}`),
              }))}
            />
          </Stack>
        </Group>
      )}
      {map.error && <ErrorState error={map.error} onRetry={() => void map.refetch()} />}
      {hasMap && (
        <Text size="xs" c="dimmed">
          {t("patient.viewer.explained")}
        </Text>
      )}
    </Stack>
  );
}
