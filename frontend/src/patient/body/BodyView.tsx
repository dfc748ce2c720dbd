import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { BodyDrawing } from "./BodyDrawing";
import { BodyPin } from "./BodyPin";
import { clustered, middleOf, type Pin } from "./clusters";
import type { Place } from "./drawing";
import { frameOf } from "./frames";
import type { Focus } from "./place_names";
import { PinCluster } from "./PinCluster";
import { REACH } from "./PinShape";
import { contains, type Box } from "./shapes";
import { isWhole, pointOf, type BodyPosition, type Figure, type View } from "./views";
import classes from "./BodyMap.module.css";

/** What every view of the body does. */
export interface Actions {
  pins: Pin[];
  figure: Figure;
  lit: Place | null;
  onLight: (place: Place | null) => void;
  onChoose: (lesionId: string) => void;
  onMove?: (lesionId: string, position: BodyPosition) => void;
}

/** Whose left and right lie on the left of a drawing; the head's two name their side themselves. */
const LEFT_OF: Partial<Record<View, "left" | "right">> = {
  front: "right",
  back: "left",
  palms: "right",
  soles: "right",
};

/** One view of the body, whole or a part of it, with its lesions. */
export function BodyView({
  focus,
  isLarge = false,
  onPress,
  pins,
  figure,
  lit,
  onLight,
  onChoose,
  onMove,
}: Actions & {
  focus: Focus;
  isLarge?: boolean;
  onPress: (position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const { view } = focus;
  const frame = frameOf(focus, figure);
  const placeOf = ({ position }: Pin) => pointOf(position, figure);
  const shown = pins.filter((pin) => pin.position.view === view && isWithin(frame, placeOf(pin)));
  const left = LEFT_OF[view];
  // The small drawings have room for a letter each.
  const hasRoom = isLarge || isWhole(view);
  return (
    <figure className={classes.view} data-whole={hasRoom || undefined}>
      <BodyDrawing {...{ view, figure, frame, isLarge, onLight, onPress }} lit={focus.place ?? lit}>
        {(scale) =>
          clustered(shown, 2 * REACH * scale, placeOf).map((group) => {
            const [first] = group;
            if (!first) return null;
            return group.length > 1 ? (
              <PinCluster
                key={first.id}
                pins={group}
                at={middleOf(group.map(placeOf))}
                {...{ scale, onChoose }}
              />
            ) : (
              <BodyPin
                key={first.id}
                pin={first}
                {...{ scale, figure, frame }}
                onChoose={() => onChoose(first.id)}
                onMove={onMove && ((position) => onMove(first.id, position))}
              />
            );
          })
        }
      </BodyDrawing>
      {left && (
        <Text size="xs" c="dimmed" className={classes.sides} aria-hidden>
          <span>{t(hasRoom ? `patient.map.${left}` : `patient.map.short.${left}`)}</span>
          <span>
            {t(hasRoom ? `patient.map.${OTHER[left]}` : `patient.map.short.${OTHER[left]}`)}
          </span>
        </Text>
      )}
      <Text component="figcaption" size="xs" c="dimmed" className={classes.caption}>
        {t(`patient.map.${view}`)}
      </Text>
    </figure>
  );
}

const OTHER = { left: "right", right: "left" } as const;

function isWithin({ x, y, width, height }: Box, point: readonly [number, number]): boolean {
  return contains(
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ],
    point,
  );
}
