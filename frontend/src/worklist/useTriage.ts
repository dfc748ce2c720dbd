import { useDisclosure } from "@mantine/hooks";
import { useMemo } from "react";
import { today } from "@/i18n/calendar";
import { useUser } from "@/session/useSession";
import { arranged, canAgree, type Entry } from "./order";
import { useQueue, useQueueAddress } from "./queue";
import { useAssigning } from "./useAssigning";
import { useSelection } from "./useSelection";
import { useSteps } from "./useSteps";
import { useVerdicts, type Verdict } from "./useVerdicts";

/** Working through a list: what is left of it, where one is, and what one can do there. */
export function useTriage() {
  const me = useUser().id;
  const address = useQueueAddress();
  const { list, zone, order, whose, isOverdue, chosen, change } = address;
  const queue = useQueue(list);
  const steps = useSteps();
  const go = (to: Entry | undefined) => to && change({ photo: to.detection.image_id });
  const verdicts = useVerdicts(steps, go);
  const assign = useAssigning(list, steps);
  const [isAssigning, assigning] = useDisclosure();

  const entries = useMemo(() => {
    const wanted = { zone, order, whose, isOverdue, me, day: today() };
    const left = arranged(queue.data ?? [], wanted);
    return left.filter(({ detection }) => !verdicts.done.has(detection.id));
  }, [queue.data, verdicts.done, zone, order, whose, isOverdue, me]);
  const found = entries.findIndex(({ detection }) => detection.image_id === chosen);
  const place = Math.max(0, found);
  const entry = entries[place];
  const selection = useSelection(entries);
  const { selected, clear } = selection;
  // What a key acts on: what is selected, or else the photo in sight.
  const meant = selected.length > 0 ? selected : entry ? [entry] : [];

  const give = (verdict: Verdict) => {
    // Several at once are only agreed with: any other verdict wants a look at each.
    if (selected.length > 0 && verdict !== "agrees") return;
    if (verdict === "agrees" && !meant.every(canAgree)) return;
    verdicts.give(meant, verdict);
    const others = [...entries.slice(place + 1), ...entries.slice(0, place).reverse()];
    if (entry && meant.includes(entry)) go(others.find((other) => !meant.includes(other)));
    clear();
  };
  const hand = (account: string | null) => {
    assigning.close();
    assign(meant, account);
    clear();
  };
  return {
    address,
    queue,
    entries,
    place,
    entry,
    previous: entries[place - 1],
    next: entries[place + 1],
    selection,
    meant,
    go,
    give,
    hand,
    undo: steps.undo,
    isAssigning,
    assigning,
  };
}

export type Triage = ReturnType<typeof useTriage>;
