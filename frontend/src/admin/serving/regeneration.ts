import type { Schemas } from "@/api/client";

export interface ReplicaProgress {
  replica: string;
  state: "waiting" | "done" | "failed";
  error: string | null;
}

/**
 * How far each replica has got with downloading and loading the live version again.
 *
 * @param asked the id of what was asked for; null tells how the latest time went, where there was
 *   one. Ids sort by their time, so a later one counts too: it took this one's place.
 */
export function progressOf(
  replicas: Schemas["Replica"][],
  asked: string | null,
): ReplicaProgress[] {
  return replicas.flatMap<ReplicaProgress>(({ id, regeneration: latest }) => {
    if (latest && latest.id >= (asked ?? "")) {
      const state = latest.passed ? "done" : "failed";
      return [{ replica: id, state, error: latest.error }];
    }
    return asked === null ? [] : [{ replica: id, state: "waiting", error: null }];
  });
}

/** The overall outcome. */
export function outcome(replicas: ReplicaProgress[]): ReplicaProgress["state"] {
  if (replicas.some(({ state }) => state === "waiting")) return "waiting";
  return replicas.some(({ state }) => state === "failed") ? "failed" : "done";
}
