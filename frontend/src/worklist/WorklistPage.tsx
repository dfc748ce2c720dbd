import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { usePrefetchPictures } from "@/api/useBytes";
import { photoAddress } from "@/findings/photo_address";
import { takenText } from "@/findings/taken";
import { today } from "@/i18n/calendar";
import { useUser } from "@/session/useSession";
import { useKeys } from "@/ui/keys";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { PhotoViewer } from "@/viewer/PhotoViewer";
import workbench from "@/viewer/Workbench.module.css";
import { imageQuery, detectionQuery } from "./item_queries";
import { arranged, useQueue, useQueueAddress, type Entry } from "./queue";
import { QueueBar } from "./QueueBar";
import { QueueDock } from "./QueueDock";
import { QueueStrip } from "./QueueStrip";
import { useVerdicts, VERDICTS, type Verdict } from "./useVerdicts";

/** A list worked through photo by photo: the next one is there before it is asked for. */
export default function WorklistPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useUser();
  const address = useQueueAddress();
  const { list, zone, order, isMine, isOverdue, chosen, change } = address;
  const queue = useQueue(list);
  const verdicts = useVerdicts((entry) => change({ photo: entry.detection.image_id }));
  useDocumentTitle(`${t(`dashboard.lists.${list}`)} · ${t("shell.name")}`);

  const entries = arranged(queue.data ?? [], {
    zone,
    order,
    mine: isMine ? user.id : null,
    overdueOn: isOverdue ? today() : null,
  }).filter(({ detection }) => !verdicts.done.has(detection.id));
  const place = Math.max(
    0,
    entries.findIndex(({ detection }) => detection.image_id === chosen),
  );
  const entry = entries[place];
  const go = (to: Entry | undefined) => to && change({ photo: to.detection.image_id });
  const [previous, next] = [entries[place - 1], entries[place + 1]];
  const give = (verdict: Verdict) => {
    if (!entry || (verdict === "agrees" && !canAgree(entry))) return;
    verdicts.give(entry, verdict);
    go(next ?? previous);
  };
  useKeys({
    j: next && (() => go(next)),
    k: previous && (() => go(previous)),
    u: verdicts.undo,
    Enter: entry && (() => void navigate(photoAddress(entry.detection))),
    ...Object.fromEntries(VERDICTS.map((verdict, index) => [index + 1, () => give(verdict)])),
  });
  usePrefetchItems(entries.slice(place + 1, place + 4));

  return (
    <div className={workbench.screen}>
      <QueueBar address={address} place={entry ? place + 1 : 0} count={entries.length} />
      {entry ? (
        <Item
          entry={entry}
          onVerdict={give}
          onPrevious={previous && (() => go(previous))}
          onNext={next && (() => go(next))}
        />
      ) : (
        <div className={workbench.whole}>
          <QueryState query={queue} rows={4} height={80} />
          {queue.data && (
            <EmptyState
              title={t("worklist.empty")}
              text={t("worklist.emptyText")}
              action={
                <Button component={Link} to="/dashboard">
                  {t("worklist.back")}
                </Button>
              }
            />
          )}
        </div>
      )}
      {entry && (
        <div className={workbench.strip}>
          <QueueStrip entries={entries} place={place} onChoose={go} />
        </div>
      )}
    </div>
  );
}

function Item({
  entry,
  onVerdict,
  onPrevious,
  onNext,
}: {
  entry: Entry;
  onVerdict: (verdict: Verdict) => void;
  onPrevious?: () => void;
  onNext?: () => void;
}) {
  const { t } = useTranslation();
  const image = useQuery(imageQuery(entry.detection.image_id));
  const detection = useQuery(detectionQuery(entry.detection.id));
  return (
    <>
      <div className={workbench.viewer}>
        {image.data ? (
          <PhotoViewer
            image={image.data}
            name={t("patient.photos.name", { at: takenText(image.data) })}
            detection={entry.detection}
            onPrevious={onPrevious}
            onNext={onNext}
          />
        ) : (
          <QueryState query={image} rows={1} height={400} />
        )}
      </div>
      <div className={workbench.dock}>
        <QueueDock
          key={entry.detection.id}
          entry={entry}
          detection={detection}
          canAgree={canAgree(entry)}
          onVerdict={onVerdict}
        />
      </div>
    </>
  );
}

/** Only somebody who sees a finding can agree with it. */
const canAgree = ({ detection }: Entry) =>
  detection.status === "complete" && detection.assessable !== false;

/** Fetches the next photos with what is shown beside them. */
function usePrefetchItems(entries: Entry[]): void {
  const queryClient = useQueryClient();
  usePrefetchPictures(
    entries.flatMap(({ detection: { image_id } }) => [
      `/api/images/${image_id}`,
      `/api/images/${image_id}/thumbnail`,
    ]),
  );
  const ids = entries.map(({ detection: { id, image_id } }) => `${id} ${image_id}`).join();
  useEffect(() => {
    for (const [detectionId = "", imageId = ""] of ids.split(",").map((pair) => pair.split(" "))) {
      if (!detectionId) continue;
      queryClient.query(imageQuery(imageId)).catch(() => undefined);
      queryClient.query(detectionQuery(detectionId)).catch(() => undefined);
    }
  }, [queryClient, ids]);
}
