import type { Schemas } from "@/api/client";
import { upload } from "@/api/upload";

/** A large archive over a slow line, and its checks. */
const DEADLINE_MS = 15 * 60_000;

/**
 * Uploads a model archive.
 *
 * @throws Problem with every reason when it is refused, or when no answer came.
 */
export function sendArchive({
  archive,
  signature,
  onProgress,
}: {
  archive: File;
  signature: File | null;
  onProgress: (share: number) => void;
}): Promise<Schemas["ModelDetails"]> {
  const form = new FormData();
  form.set("file", archive);
  if (signature) form.set("signature", signature);
  return upload({ path: "/api/admin/upload-model", form, deadlineMs: DEADLINE_MS, onProgress });
}
