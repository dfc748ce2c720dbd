import { useState } from "react";
import { choosePlace, sendSorted, type Upload } from "@/uploads/queue";
import { useUploads } from "@/uploads/useUploads";
import { showProblem } from "@/ui/notices";

/** The photos that wait to be sorted, which of them it is about, and where they were put. */
export function useSorting(patientId: string) {
  const uploads = useUploads().filter((upload) => upload.patientId === patientId);
  const photos = uploads.filter(({ isSorting }) => isSorting);
  const [wanted, setWanted] = useState<string | null>(null);
  const place = Math.max(
    0,
    photos.findIndex(({ id }) => id === wanted),
  );
  const current: Upload | undefined = photos[place];
  const put = (id: string, choice: string | null) => {
    choosePlace([id], choice);
    if (choice === null || id !== current?.id) return;
    // On to the next one that has no place, after it first.
    const after = [...photos.slice(place + 1), ...photos.slice(0, place)];
    const next = after.find((photo) => photo.choice === null);
    if (next) setWanted(next.id);
  };
  return {
    photos,
    sent: uploads.filter(({ isSorting }) => !isSorting),
    current,
    choose: setWanted,
    step: (by: number) => setWanted(photos[place + by]?.id ?? current?.id ?? null),
    put,
    ready: photos.filter(({ choice }) => choice !== null),
    send: () => void sendSorted(patientId).catch(showProblem),
  };
}
