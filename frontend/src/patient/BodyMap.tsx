import { Group, Stack, Text } from "@mantine/core";
import { useRef, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import type { Zone } from "@/findings/zone";
import { BodyFigure, HEIGHT, WIDTH } from "./BodyFigure";
import { BodyPin } from "./BodyPin";
import { BodyCluster } from "./BodyCluster";
import { clustered, type Pin } from "./body_clusters";
import type { BodyPosition } from "./body_sites";
import classes from "./BodyMap.module.css";

const VIEWS = ["front", "back"] as const;

/**
 * Front and back of a body with its lesions, numbered as in the list.
 *
 * A press on the skin adds a lesion there; keyboard users have the list's button. A pin is dragged
 * to where the lesion really is, or pushed there with the arrow keys.
 */
export function BodyMap({
  lesions,
  zones,
  chosen,
  onChoose,
  onAdd,
  onMove,
}: {
  lesions: Schemas["Lesion"][];
  /** Of the newest answer on each lesion. */
  zones?: ReadonlyMap<string, Zone | null>;
  chosen: string | null;
  onChoose: (lesionId: string) => void;
  onAdd: (position: BodyPosition) => void;
  onMove?: (lesionId: string, position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const pins = lesions.flatMap((lesion, index): Pin[] =>
    lesion.position
      ? [
          {
            id: lesion.id,
            number: index + 1,
            name: lesion.label,
            zone: zones?.get(lesion.id) ?? null,
            position: lesion.position,
          },
        ]
      : [],
  );
  return (
    <Stack gap={4}>
      <Group grow wrap="nowrap" align="flex-start" gap={4}>
        {VIEWS.map((view) => (
          <View
            key={view}
            view={view}
            pins={pins.filter(({ position }) => position.view === view)}
            {...{ chosen, onChoose, onAdd, onMove }}
          />
        ))}
      </Group>
      {onMove && pins.length > 0 && (
        <Text size="xs" c="dimmed">
          {t("patient.map.moveHelp")}
        </Text>
      )}
    </Stack>
  );
}

function View({
  view,
  pins,
  chosen,
  onChoose,
  onAdd,
  onMove,
}: {
  view: BodyPosition["view"];
  pins: Pin[];
  chosen: string | null;
  onChoose: (lesionId: string) => void;
  onAdd: (position: BodyPosition) => void;
  onMove?: (lesionId: string, position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const map = useRef<SVGSVGElement>(null);
  return (
    <Stack gap={4} align="center">
      <svg
        ref={map}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={classes.map}
        role="group"
        aria-label={t(`patient.map.${view}`)}
        onClick={(event) => {
          // A press on a pin, or in the list of a cluster, is none on the skin.
          const pressed = event.target as Element;
          if (!pressed.closest("[role=button], [role=menu]")) onAdd({ view, ...pointIn(event) });
        }}
      >
        <BodyFigure view={view} />
        {clustered(pins).map((group) => {
          const [first] = group;
          if (!first) return null;
          return group.length > 1 ? (
            <BodyCluster key={first.id} pins={group} onChoose={onChoose} />
          ) : (
            <BodyPin
              key={first.id}
              pin={first}
              map={map}
              isChosen={first.id === chosen}
              onChoose={() => onChoose(first.id)}
              onMove={onMove && ((position) => onMove(first.id, position))}
            />
          );
        })}
      </svg>
      <Text size="xs" c="dimmed">
        {t(`patient.map.${view}`)}
      </Text>
    </Stack>
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
