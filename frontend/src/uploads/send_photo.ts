import type { Schemas } from "@/api/client";
import { Problem, problemOf, unreachable } from "@/api/problem";
import { traceparent } from "@/api/trace";
import { accountOf, freshToken } from "@/api/access";

/** A photo of 20 MiB over a slow line. */
const DEADLINE_MS = 120_000;

/**
 * Uploads one photo and reports how far it is, which `fetch` can't.
 *
 * @throws Problem when it is refused, or no answer came.
 */
export async function sendPhoto(photo: {
  id: string;
  userId: string;
  patientId: string;
  lesionId: string | null;
  file: Blob;
  name: string;
  onProgress: (share: number) => void;
}): Promise<Schemas["Detection"]> {
  const token = await tokenOf(photo.userId);
  try {
    return await post(photo, token);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    return await post(photo, await tokenOf(photo.userId, token));
  }
}

/** @throws Problem 401 when somebody else has signed in meanwhile, or the session has ended. */
async function tokenOf(userId: string, stale?: string): Promise<string> {
  const token = await freshToken(stale);
  if (accountOf(token) === userId) return token;
  throw new Problem(401, "SIGN_IN_REQUIRED", "Somebody else is signed in.");
}

function post(
  { id, patientId, lesionId, file, name, onProgress }: Parameters<typeof sendPhoto>[0],
  token: string,
): Promise<Schemas["Detection"]> {
  const form = new FormData();
  form.set("file", file, name);
  if (lesionId) form.set("lesion_id", lesionId);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/predict/upload/${encodeURIComponent(patientId)}`);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("idempotency-key", id);
    request.setRequestHeader("traceparent", traceparent());
    request.responseType = "json";
    request.timeout = DEADLINE_MS;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as Schemas["Detection"]);
      else reject(problemOf(request.status, request.response, headersOf(request)));
    };
    request.onerror = request.ontimeout = () => reject(unreachable());
    request.send(form);
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ["retry-after", "x-request-id"]) {
    const value = request.getResponseHeader(name);
    if (value) headers.set(name, value);
  }
  return headers;
}
