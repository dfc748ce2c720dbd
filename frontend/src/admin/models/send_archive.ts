import type { Schemas } from "@/api/client";
import { Problem, problemOf, unreachable } from "@/api/problem";
import { traceparent } from "@/api/trace";
import { freshToken } from "@/api/access";

/** A large archive over a slow line, and its checks. */
const DEADLINE_MS = 15 * 60_000;

export interface ArchiveUpload {
  archive: File;
  signature: File | null;
  /** Share of the bytes that are out, 0 to 1. */
  onProgress: (share: number) => void;
}

/**
 * Uploads a model archive and reports how far it is, which `fetch` can't.
 *
 * @throws Problem with every reason when it is refused, or when no answer came.
 */
export async function sendArchive(upload: ArchiveUpload): Promise<Schemas["ModelDetails"]> {
  const token = await freshToken();
  try {
    return await post(upload, token);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    return await post(upload, await freshToken(token));
  }
}

function post(
  { archive, signature, onProgress }: ArchiveUpload,
  token: string,
): Promise<Schemas["ModelDetails"]> {
  const form = new FormData();
  form.set("file", archive);
  if (signature) form.set("signature", signature);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/admin/upload-model");
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("traceparent", traceparent());
    request.responseType = "json";
    request.timeout = DEADLINE_MS;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as Schemas["ModelDetails"]);
      else reject(problemOf(request.status, request.response));
    };
    request.onerror = request.ontimeout = () => reject(unreachable());
    request.send(form);
  });
}
