import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { FrameHints } from "./useFrameHints";
import classes from "./CameraView.module.css";

/** What to do better, the most important first; or that all is well. */
export function FrameHintList({ hints, tilt }: { hints: FrameHints | null; tilt: number | null }) {
  const { t } = useTranslation();
  if (!hints) return <span className={classes.hint}>{t("camera.place")}</span>;
  const found = [
    hints.light !== "good" && t(`camera.light.${hints.light}`),
    hints.isBlurred && t("camera.blurred"),
    tilt !== null && t("camera.tilted", { degrees: tilt }),
  ].filter((text) => text !== false);
  if (found.length === 0) {
    return (
      <span className={classes.hint}>
        <IconCheck size={16} aria-hidden />
        {t("camera.good")}
      </span>
    );
  }
  return found.slice(0, 2).map((text) => (
    <span key={text} className={classes.hint} data-warns>
      <IconAlertTriangle size={16} aria-hidden />
      {text}
    </span>
  ));
}
