import type { Schemas } from "@/api/client";

type Release = Schemas["Release"];
type Replica = Schemas["Replica"];
type Rule = Schemas["CanaryRule"];
type Figures = Schemas["CanaryFigures"];

/** The author of an automatic withdrawal in the release log. */
export const AUTOMATIC = "gateway";

/** The entries that made a version live; the newest first, as the log has them. */
export function madeLive(releases: Release[]): Release[] {
  return releases.filter(({ kind }) => kind === "release" || kind === "rollback");
}

/** When a candidate became the canary or shadow that it is, whatever its share since. */
export function candidateSince(releases: Release[], candidate: Release): string {
  const { version, kind } = candidate;
  const earlier = releases.filter(({ number }) => number <= candidate.number);
  const other = earlier.findIndex((entry) => entry.version !== version || entry.kind !== kind);
  return earlier.slice(0, other < 0 ? undefined : other).at(-1)?.at ?? candidate.at;
}

/** The newest entry, if it withdrew a canary automatically; null otherwise. */
export function automaticWithdrawal(releases: Release[]): Release | null {
  const newest = releases[0];
  return newest?.kind === "withdrawal" && newest.by === AUTOMATIC ? newest : null;
}

export interface NotReady {
  replica: string;
  why: "loading" | "noRoom" | "soon";
  /** In the follower's words; null if nothing went wrong. */
  error: string | null;
}

/** The live version and one more. */
const ROOM = 2;

/** The replicas on which a candidate is not answering yet, and why. */
export function notReady(replicas: Replica[], { version, kind }: Release): NotReady[] {
  return replicas
    .filter(({ candidate }) => candidate?.version !== version || candidate.kind !== kind)
    .map(({ id, last_error, loaded_versions }) => ({
      replica: id,
      why: loaded_versions.includes(version)
        ? "loading"
        : loaded_versions.length >= ROOM
          ? "noRoom"
          : "soon",
      error: last_error,
    }));
}

/** How much of a canary can be judged by the requests so far. */
export function judgement({ canary, live }: Figures, { min_requests }: Rule) {
  if (canary.requests < min_requests) return "nothing";
  return live.requests < min_requests ? "failures" : "all";
}

/** A field's value as a share of the patients, 1 to 99; null for anything else. */
export function asPercent(given: string | number): number | null {
  const percent = given === "" ? NaN : Number(given);
  return Number.isInteger(percent) && percent >= 1 && percent <= 99 ? percent : null;
}
