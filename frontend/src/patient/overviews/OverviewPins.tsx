import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { clustered, middleOf } from "../body/clusters";
import { PinCluster } from "../body/PinCluster";
import { REACH } from "../body/PinShape";
import type { Point } from "../body/shapes";
import type { LesionFacts } from "../lesion_facts";
import { ABOVE, LesionMark, OverviewPin } from "./OverviewPin";
import type { Place } from "./usePins";

/** All pins of an overview photo; those too near each other for a finger are one until it is near. */
export function OverviewPins({
  pins,
  facts,
  size,
  scale,
  onPlace,
  onChoose,
}: {
  pins: readonly Schemas["Pin"][];
  facts: readonly LesionFacts[];
  /** Of the photo, pixels. */
  size: { width: number; height: number };
  /** Pixels of the photo in a pixel of the screen. */
  scale: number;
  onPlace?: (lesionId: string, at: Place) => void;
  onChoose: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const shown = pins.flatMap((pin) => {
    const own = facts.find(({ lesion }) => lesion.id === pin.lesion_id);
    return own ? [{ pin, facts: own }] : [];
  });
  const placeOf = ({ pin }: (typeof shown)[number]): Point => [
    pin.x * size.width,
    pin.y * size.height,
  ];
  return clustered(shown, 2 * REACH * scale, placeOf).map((group) => {
    const [first] = group;
    if (!first) return null;
    const { lesion } = first.facts;
    if (group.length === 1) {
      return (
        <OverviewPin
          key={lesion.id}
          facts={first.facts}
          at={first.pin}
          {...{ size, scale }}
          onMove={onPlace && ((to) => onPlace(lesion.id, to))}
          onChoose={() => onChoose(lesion.id)}
        />
      );
    }
    const [x, y] = middleOf(group.map(placeOf));
    return (
      <g key={lesion.id}>
        {group.map((one) => (
          <LesionMark key={one.facts.lesion.id} at={placeOf(one)} scale={scale} />
        ))}
        <PinCluster
          pins={group.map(
            ({
              facts: {
                lesion: { id, label },
                number,
                zone,
              },
            }) => ({
              ...{ id, number, zone },
              name: label || t("patient.lesion.unnamed"),
            }),
          )}
          at={[x, y - ABOVE * scale]}
          {...{ scale, onChoose }}
        />
      </g>
    );
  });
}
