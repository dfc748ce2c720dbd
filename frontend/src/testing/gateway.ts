import { vi } from "vitest";

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  /** What was sent as JSON; null where nothing was. */
  body: unknown;
}

type Given = object | Response;
type Respond = (asked: Asked) => Given | Promise<Given>;

/**
 * Stands in for the gateway at `fetch`.
 *
 * @param answers by method and path, such as "GET /api/users/me": JSON, a whole response, or a
 *   function that gives either. A call that is not among them is answered as not found.
 * @returns what was asked so far, in order.
 */
export function fakeGateway(answers: Record<string, Given | Respond>): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request): Promise<Response> => {
    const { pathname: path, searchParams: query } = new URL(request.url);
    const text = await request.clone().text();
    const { method, headers } = request;
    const asked = {
      method,
      path,
      query,
      headers,
      body: text ? (JSON.parse(text) as unknown) : null,
    };
    log.push(asked);
    const answer = answers[`${method} ${path}`] ?? refusal(404, "NOT_FOUND", "Not found.");
    const given = typeof answer === "function" ? await (answer as Respond)(asked) : answer;
    return given instanceof Response ? given.clone() : Response.json(given);
  });
  return log;
}

/** A problem document (RFC 9457), as the gateway sends it. */
export function refusal(
  status: number,
  reason: string,
  detail: string,
  errors: { pointer: string; message: string }[] = [],
): Response {
  const problem = { type: "about:blank", title: reason, status, detail, reason, errors };
  return Response.json({ ...problem, request_id: "request-1" }, { status });
}

interface Upload {
  path: string;
  headers: Headers;
  form: FormData;
}

/**
 * Stands in for the gateway at `XMLHttpRequest`, by which uploads go.
 *
 * @returns what was uploaded so far, in order.
 */
export function fakeUploads(answer: (upload: Upload) => Response): Upload[] {
  const log: Upload[] = [];
  class FakeRequest {
    upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
    status = 0;
    response: unknown = null;
    onload?: () => void;
    readonly #headers = new Headers();
    #path = "";
    #answered: Headers | null = null;
    open(_method: string, path: string): void {
      this.#path = path;
    }
    setRequestHeader(name: string, value: string): void {
      this.#headers.set(name, value);
    }
    getResponseHeader(name: string): string | null {
      return this.#answered?.get(name) ?? null;
    }
    async send(form: FormData): Promise<void> {
      const upload = { path: this.#path, headers: this.#headers, form };
      log.push(upload);
      this.upload.onprogress?.({ loaded: 1, total: 2 });
      const given = answer(upload);
      this.#answered = given.headers;
      this.status = given.status;
      this.response = await given.json();
      this.onload?.();
    }
  }
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  return log;
}
