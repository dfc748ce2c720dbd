import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { highest, type Pin } from "./clusters";
import { PinShape } from "./PinShape";
import type { Point } from "./shapes";
import classes from "./BodyMap.module.css";

/** Lesions that lie too near each other for a finger: a press lists them. */
export function PinCluster({
  pins,
  at,
  scale,
  onChoose,
}: {
  pins: readonly Omit<Pin, "position">[];
  at: Point;
  /** Units of the picture in a pixel. */
  scale: number;
  onChoose: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const zone = highest(pins);
  return (
    <Menu withArrow>
      <Menu.Target>
        <g
          // The photo is not dragged along with a pin.
          className={`${classes.marker} panzoom-exclude`}
          role="button"
          tabIndex={0}
          aria-label={[
            t("patient.map.cluster", { count: pins.length }),
            zone && t("patient.map.highest", { zone: t(`finding.zone.${zone}`) }),
          ]
            .filter(Boolean)
            .join(", ")}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            event.currentTarget.dispatchEvent(new MouseEvent("click", { bubbles: true }));
          }}
        >
          <PinShape {...{ at, scale, zone }} text={`${pins.length}×`} />
        </g>
      </Menu.Target>
      <Menu.Dropdown>
        {pins.map(({ id, number, name }) => (
          <Menu.Item key={id} onClick={() => onChoose(id)}>
            {number}. {name || t("patient.lesion.unnamed")}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
