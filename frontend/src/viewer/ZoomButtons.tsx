import { Group } from "@mantine/core";
import type { PanzoomObject } from "@panzoom/panzoom";
import { IconFocusCentered, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Tool } from "./Tool";
import classes from "./Tool.module.css";

/** Zoom for people without a wheel. */
export function ZoomButtons({ zoom }: { zoom: PanzoomObject }) {
  return (
    <Group gap={4} className={classes.corner}>
      <ZoomTools zoom={zoom} />
    </Group>
  );
}

export function ZoomTools({ zoom }: { zoom: PanzoomObject }) {
  const { t } = useTranslation();
  return (
    <>
      <Tool label={t("viewer.zoomIn")} hint="+" icon={IconZoomIn} onPress={() => zoom.zoomIn()} />
      <Tool
        label={t("viewer.zoomOut")}
        hint="-"
        icon={IconZoomOut}
        onPress={() => zoom.zoomOut()}
      />
      <Tool
        label={t("viewer.reset")}
        hint="0"
        icon={IconFocusCentered}
        onPress={() => zoom.reset()}
      />
    </>
  );
}
