import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { HEIGHT, WIDTH } from "./BodyFigure";
import { highest, type Pin } from "./body_clusters";
import { PinShape } from "./PinShape";
import classes from "./BodyMap.module.css";

/** Lesions that lie too near each other for a finger: a press lists them. */
export function BodyCluster({
  pins,
  onChoose,
}: {
  pins: Pin[];
  onChoose: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const mean = (of: (pin: Pin) => number) =>
    pins.reduce((sum, pin) => sum + of(pin), 0) / pins.length;
  return (
    <Menu withArrow>
      <Menu.Target>
        <g
          className={classes.marker}
          role="button"
          tabIndex={0}
          aria-label={t("patient.map.cluster", { count: pins.length })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            event.currentTarget.dispatchEvent(new MouseEvent("click", { bubbles: true }));
          }}
        >
          <PinShape
            x={mean(({ position }) => position.x) * WIDTH}
            y={mean(({ position }) => position.y) * HEIGHT}
            zone={highest(pins)}
            text={`${pins.length}×`}
          />
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
