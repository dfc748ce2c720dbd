import createClient from "openapi-fetch";
import { freshToken } from "./access";
import type { components, paths } from "./generated/schema";
import { Problem, problemOf, unreachable } from "./problem";
import { traceparent } from "./trace";

export type Schemas = components["schemas"];

const DEADLINE_MS = 20_000;
/** Recomputes the whole audit chain; the gateway allows it two minutes. */
const LONG = { path: "/api/admin/audit/verify", ms: 130_000 };
/** Before somebody is signed in there is no token to send. */
const PUBLIC_PATH = /^\/api\/auth\//;

/**
 * Sends a request with the session's access token.
 *
 * A refused token (its session was changed elsewhere) is exchanged once. A caller that
 * brings its own `Authorization`, such as an enrolment, keeps it.
 *
 * @param deadline aborts when the whole answer, its body too, has to be there.
 * @throws Problem when no answer came or the session has ended.
 */
export async function send(request: Request, deadline = deadlineOf(request)): Promise<Response> {
  request.headers.set("traceparent", traceparent());
  const isOwn =
    request.headers.has("authorization") || PUBLIC_PATH.test(new URL(request.url).pathname);
  if (isOwn) return await attempt(request, deadline);
  const token = await freshToken();
  const answer = await attempt(withToken(request.clone(), token), deadline);
  if (answer.status !== 401) return answer;
  return await attempt(withToken(request, await freshToken(token)), deadline);
}

export const api = createClient<paths>({ baseUrl: "/api", fetch: (request) => send(request) });

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Returns the answer's body. @throws Problem if the request failed. */
export async function unwrap<Data>(outcome: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await outcome;
  if (!response.ok) throw problemOf(response.status, error, response.headers);
  return data as Data;
}

/** Bytes of a picture that needs the token. @throws Problem as `unwrap`. */
export async function bytesAt(path: string, signal?: AbortSignal): Promise<Blob> {
  return await (await accepted(send(new Request(path, { signal })))).blob();
}

/** An answer that is no refusal. @throws Problem as `unwrap`. */
export async function accepted(sent: Promise<Response>): Promise<Response> {
  const answer = await sent;
  if (answer.ok) return answer;
  throw problemOf(answer.status, await answer.json().catch(() => null), answer.headers);
}

function deadlineOf(request: Request): AbortSignal {
  return AbortSignal.timeout(new URL(request.url).pathname === LONG.path ? LONG.ms : DEADLINE_MS);
}

async function attempt(request: Request, deadline: AbortSignal): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, deadline]) });
  } catch (error) {
    // A caller that gave up, such as a page that was left, is not a network failure.
    if (request.signal.aborted) throw error;
    throw error instanceof Problem ? error : unreachable();
  }
}

function withToken(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}
