import { accountOf, freshToken } from "@/api/access";
import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { upload } from "@/api/upload";

/** A photo of 20 MiB over a slow line. */
const DEADLINE_MS = 120_000;

/**
 * Uploads one photo in the name of the account that took it.
 *
 * @returns the model's answer; undefined for an overview photo, which gets none.
 * @throws Problem when it is refused, no answer came, or somebody else is signed in by now.
 */
export function sendPhoto({
  id,
  userId,
  patientId,
  lesionId,
  overview,
  file,
  name,
  capturedAt,
  onProgress,
}: {
  /** Idempotency key: a photo that is sent twice is stored once. */
  id: string;
  userId: string;
  patientId: string;
  lesionId: string | null;
  overview?: Schemas["OverviewRegion"];
  file: Blob;
  name: string;
  capturedAt: string | null;
  onProgress: (share: number) => void;
}): Promise<Schemas["Detection"] | undefined> {
  const form = new FormData();
  form.set("file", file, name);
  if (lesionId) form.set("lesion_id", lesionId);
  if (capturedAt) form.set("captured_at", capturedAt);
  for (const [name, value] of Object.entries(overview ?? {})) if (value) form.set(name, value);
  const patient = encodeURIComponent(patientId);
  const sent = upload<Schemas["Detection"]>({
    path: overview ? `/api/patients/${patient}/overviews` : `/api/predict/upload/${patient}`,
    form,
    headers: { "idempotency-key": id },
    deadlineMs: DEADLINE_MS,
    onProgress,
    token: (refused) => tokenOf(userId, refused),
  });
  return overview ? sent.then(() => undefined) : sent;
}

/** @throws Problem 401 when somebody else has signed in meanwhile, or the session has ended. */
async function tokenOf(userId: string, refused?: string): Promise<string> {
  const token = await freshToken(refused);
  if (accountOf(token) === userId) return token;
  throw new Problem(401, "SIGN_IN_REQUIRED", "Somebody else is signed in.");
}
