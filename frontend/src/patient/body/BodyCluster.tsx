import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { highest, type Pin } from "./clusters";
import { PinShape } from "./PinShape";
import { pointOf, type Figure } from "./views";
import classes from "./BodyMap.module.css";

/** Lesions that lie too near each other for a finger: a press lists them. */
export function BodyCluster({
  pins,
  scale,
  figure,
  onChoose,
}: {
  pins: Pin[];
  scale: number;
  figure: Figure;
  onChoose: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const points = pins.map(({ position }) => pointOf(position, figure));
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const zone = highest(pins);
  return (
    <Menu withArrow>
      <Menu.Target>
        <g
          className={classes.marker}
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
          <PinShape at={[mean(0), mean(1)]} scale={scale} zone={zone} text={`${pins.length}×`} />
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
