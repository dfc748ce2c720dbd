import { Group, Stack, Text } from "@mantine/core";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import type { BodyPosition } from "./body_sites";
import classes from "./BodyMap.module.css";

const WIDTH = 100;
const HEIGHT = 212;
const VIEWS = ["front", "back"] as const;

/**
 * Front and back of a body with its lesions, numbered as in the list.
 *
 * A press on the skin adds a lesion there; keyboard users have the list's button.
 */
export function BodyMap({
  lesions,
  chosen,
  onChoose,
  onAdd,
}: {
  lesions: Schemas["Lesion"][];
  chosen: string | null;
  onChoose: (lesionId: string) => void;
  onAdd: (position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  return (
    <Group grow wrap="nowrap" align="flex-start">
      {VIEWS.map((view) => (
        <Stack key={view} gap={4} align="center">
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            className={classes.map}
            role="group"
            aria-label={t(`patient.map.${view}`)}
            onClick={(event) => onAdd({ view, ...pointIn(event) })}
          >
            <Figure />
            {lesions.map((lesion, index) =>
              lesion.position?.view === view ? (
                <Marker
                  key={lesion.id}
                  number={index + 1}
                  name={lesion.label}
                  position={lesion.position}
                  pressed={lesion.id === chosen}
                  onChoose={() => onChoose(lesion.id)}
                />
              ) : null,
            )}
          </svg>
          <Text size="xs" c="dimmed">
            {t(`patient.map.${view}`)}
          </Text>
        </Stack>
      ))}
    </Group>
  );
}

function Marker({
  number,
  name,
  position,
  pressed,
  onChoose,
}: {
  number: number;
  name: string;
  position: BodyPosition;
  pressed: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const [x, y] = [position.x * WIDTH, position.y * HEIGHT];
  return (
    <g
      className={classes.marker}
      role="button"
      tabIndex={0}
      aria-pressed={pressed}
      aria-label={t("patient.map.marker", { number, name })}
      onClick={(event) => {
        event.stopPropagation();
        onChoose();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose();
      }}
    >
      <circle cx={x} cy={y} r={7} />
      <text x={x} y={y}>
        {number}
      </text>
    </g>
  );
}

/** A figure of thick strokes: it shows places, not anybody's looks. */
function Figure() {
  return (
    <g className={classes.figure} aria-hidden>
      <ellipse cx="50" cy="16" rx="10" ry="12" />
      <path d="M50 26 V36" strokeWidth="9" />
      <path d="M38 40 H62 L60 74 L62 106 H38 L40 74 Z" strokeWidth="8" />
      <path d="M36 42 L25 74 L20 104" strokeWidth="9" fill="none" />
      <path d="M64 42 L75 74 L80 104" strokeWidth="9" fill="none" />
      <path d="M19 108 L17 116 M81 108 L83 116" strokeWidth="7" />
      <path d="M43 108 L41 154 L40 196" strokeWidth="13" fill="none" />
      <path d="M57 108 L59 154 L60 196" strokeWidth="13" fill="none" />
      <path d="M39 202 L35 206 M61 202 L65 206" strokeWidth="8" />
    </g>
  );
}

function pointIn(event: MouseEvent<SVGSVGElement>): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  return {
    x: share((event.clientX - box.left) / box.width),
    y: share((event.clientY - box.top) / box.height),
  };
}

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}
