import { useQuery } from "@tanstack/react-query";
import { memo, useDeferredValue, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { takenText } from "@/findings/taken";
import { QueryState } from "@/ui/QueryState";
import { PhotoViewer } from "@/viewer/PhotoViewer";
import { detectionQuery, imageQuery } from "./item_queries";
import { canAgree, lesionOf, type Entry } from "./order";
import { QueueDock } from "./QueueDock";
import { SelectionBar } from "./SelectionBar";
import type { Triage } from "./useTriage";
import classes from "./Worklist.module.css";

/** One photo of a list, large, and what is to be decided about it beside it. */
export function Item({ triage, entry }: { triage: Triage; entry: Entry }) {
  const { t } = useTranslation();
  const { entries, previous, next, selection, go, give, assigning } = triage;
  const { selected, clear } = selection;
  const image = useQuery(imageQuery(entry.detection.image_id));
  const detection = useQuery(detectionQuery(entry.detection.id));
  const siblings = entries.filter((other) => lesionOf(other) === lesionOf(entry));
  return (
    <>
      <div className={classes.viewer}>
        {image.data ? (
          <PhotoViewer
            image={image.data}
            name={t("patient.photos.name", { at: takenText(image.data) })}
            detection={entry.detection}
            onPrevious={previous && (() => go(previous))}
            onNext={next && (() => go(next))}
          />
        ) : (
          <QueryState query={image} rows={1} height={400} />
        )}
      </div>
      <Dock
        entry={entry}
        detection={detection}
        ofLesion={{ place: siblings.indexOf(entry) + 1, count: siblings.length }}
        actions={
          selected.length > 0 && (
            <SelectionBar
              count={selected.length}
              canAgree={selected.every(canAgree)}
              onAgree={() => give("agrees")}
              onAssign={assigning.open}
              onClear={clear}
            />
          )
        }
        onVerdict={give}
        onAssign={assigning.open}
      />
    </>
  );
}

const QuietDock = memo(QueueDock);

/** The photo is drawn first. What is said of it follows; until then nothing there can be pressed. */
function Dock(props: ComponentProps<typeof QueueDock>) {
  const shown = useDeferredValue(props);
  return (
    <div className={classes.dock} inert={shown.entry !== props.entry}>
      <QuietDock {...shown} />
    </div>
  );
}
