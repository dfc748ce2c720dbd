import { useState } from "react";
import { useUser } from "@/session/useSession";
import { draftOf, keepDraft } from "@/session/drafts";
import { EMPTY_DRAFT, type VerdictDraft } from "./verdict_draft";

/** The draft of a photo's verdict: it survives another photo, Back and a reload. */
export function useVerdictDraft(imageId: string) {
  const { id: account } = useUser();
  const name = `verdict ${imageId}`;
  const [draft, setDraft] = useState<VerdictDraft>(() => ({
    ...EMPTY_DRAFT,
    ...draftOf(account, name),
  }));
  const keep = (next: VerdictDraft) => {
    const isEmpty = Object.values(next).every((value) => value === "" || isNothing(value));
    keepDraft(account, name, isEmpty ? null : next);
    setDraft(next);
  };
  return {
    draft,
    keep,
    change: (part: Partial<VerdictDraft>) => keep({ ...draft, ...part }),
    clear: () => keep(EMPTY_DRAFT),
  };
}

const isNothing = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
