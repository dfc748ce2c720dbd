import {
  IconAngle,
  IconArrowBackUp,
  IconArrowUpRight,
  IconHandStop,
  IconLasso,
  IconLetterT,
  IconRuler,
  IconRulerMeasure,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Tool as ToolButton } from "../Tool";
import type { Drawing, Tool } from "./useDrawing";
import classes from "./Markings.module.css";

const TOOLS: [Exclude<Tool, "ruler"> | null, typeof IconRuler][] = [
  [null, IconHandStop],
  ["length", IconRuler],
  ["outline", IconLasso],
  ["angle", IconAngle],
  ["arrow", IconArrowUpRight],
  ["text", IconLetterT],
];

/** What to draw with, down the photo's left side. */
export function MarkingTools({ drawing }: { drawing: Drawing }) {
  const { t } = useTranslation();
  const isScaleAsked = drawing.question?.kind === "field_of_view" || drawing.isChosen("ruler");
  return (
    <div
      className={classes.tools}
      role="toolbar"
      aria-orientation="vertical"
      aria-label={t("viewer.mark.tools")}
    >
      {TOOLS.map(([tool, icon]) => (
        <ToolButton
          key={tool ?? "move"}
          label={t(`viewer.mark.tool.${tool ?? "move"}`)}
          icon={icon}
          side="right"
          isPressed={drawing.isChosen(tool) && !isScaleAsked}
          onPress={() => drawing.choose(tool)}
        />
      ))}
      <ToolButton
        label={t("viewer.mark.scale")}
        icon={IconRulerMeasure}
        side="right"
        isPressed={isScaleAsked}
        onPress={() => drawing.ask({ kind: "field_of_view" })}
      />
      <ToolButton
        label={t("viewer.mark.undo")}
        icon={IconArrowBackUp}
        side="right"
        disabled={!drawing.undo}
        onPress={() => drawing.undo?.()}
      />
    </div>
  );
}
