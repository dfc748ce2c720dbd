import { SegmentedControl, Slider, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { problemText } from "@/ui/notices";
import type { Overlay } from "./view_settings";
import classes from "./Panel.module.css";

const TARGETS = ["malignant", "benign"] as const;

/** How strong the heatmap is, and of which class. */
export function MapPanel({
  overlay,
  target,
  onTarget,
  error,
}: {
  overlay: Overlay;
  target: "benign" | "malignant";
  onTarget: (target: "benign" | "malignant") => void;
  error: Error | null;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap={6} className={classes.panel} role="group" aria-label={t("viewer.heatmap")}>
      <Text size="xs" aria-hidden>
        {t("viewer.opacity")}
      </Text>
      <Slider
        size="sm"
        value={overlay.opacity}
        onChange={overlay.setOpacity}
        label={(value) => `${value} %`}
        thumbLabel={t("viewer.opacity")}
      />
      <Text size="xs" id="target-label">
        {t("viewer.target")}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="target-label"
        value={target}
        onChange={onTarget}
        data={TARGETS.map((value) => ({ value, label: t(`shell.label.${value}`) }))}
      />
      <Text size="xs">{error ? problemText(error) : t("viewer.explained")}</Text>
    </Stack>
  );
}
