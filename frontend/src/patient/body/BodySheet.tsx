import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { BodyView, type Actions } from "./BodyView";
import { isWhole, placeAt, VIEWS, type Figure } from "./views";
import type { Focus } from "./place_names";
import classes from "./BodyMap.module.css";

/** All views of the body at once; a press on one shows what was pressed large. */
export function BodySheet({
  onFigure,
  onOpen,
  ...shared
}: Actions & { onFigure: (figure: Figure) => void; onOpen: (focus: Focus) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t("patient.map.figure")}
        value={shared.figure}
        onChange={(value) => onFigure(value === "child" ? "child" : "adult")}
        data={[
          { value: "adult", label: t("patient.map.adult") },
          { value: "child", label: t("patient.map.child") },
        ]}
      />
      <div className={classes.sheet}>
        {VIEWS.map((view) => (
          <BodyView
            key={view}
            {...shared}
            focus={{ view, place: null }}
            onPress={(position) => {
              const place = placeAt(position);
              // The small drawings are small: one is shown large before anything in it.
              if (!isWhole(view)) onOpen({ view, place: null });
              else if (place) onOpen({ view, place });
            }}
          />
        ))}
      </div>
    </>
  );
}
