import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { memo, useDeferredValue, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { AssignDialog } from "./AssignDialog";
import { Item } from "./Item";
import type { Entry } from "./order";
import { QueueBar } from "./QueueBar";
import { QueueList } from "./QueueList";
import { usePrefetchItems } from "./usePrefetchItems";
import { useQueueKeys } from "./useQueueKeys";
import { useTriage, type Triage } from "./useTriage";
import classes from "./Worklist.module.css";

/** How many photos ahead are fetched: quick hands are through three before one has come. */
const AHEAD = 5;

/** A list worked through photo by photo: the next one is there before it is asked for. */
export default function WorklistPage() {
  const { t } = useTranslation();
  const triage = useTriage();
  const { address, entries, place, entry, meant } = triage;
  useDocumentTitle(`${t(`dashboard.lists.${address.list}`)} · ${t("shell.name")}`);
  useQueueKeys(triage);
  usePrefetchItems(entries.slice(place + 1, place + 1 + AHEAD));
  return (
    <div className={classes.screen}>
      <QueueBar address={address} place={entry ? place + 1 : 0} count={entries.length} />
      {entry ? <Open triage={triage} entry={entry} /> : <Done queue={triage.queue} />}
      {triage.isAssigning && meant.length > 0 && (
        <AssignDialog
          count={meant.length}
          onAssign={triage.hand}
          onClose={triage.assigning.close}
        />
      )}
    </div>
  );
}

function Open({ triage, entry }: { triage: Triage; entry: Entry }) {
  const { entries, place, selection, go } = triage;
  return (
    <>
      <div className={classes.list}>
        <List entries={entries} place={place} selection={selection} onChoose={go} />
      </div>
      <Item triage={triage} entry={entry} />
    </>
  );
}

const QuietList = memo(QueueList);

/** The photo is drawn first; the list follows. */
function List(props: ComponentProps<typeof QueueList>) {
  return <QuietList {...useDeferredValue(props)} />;
}

/** Nothing is left, or it isn't there yet. */
function Done({ queue }: { queue: Triage["queue"] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.whole}>
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
  );
}
