import { freshToken } from "./access";
import { Problem, problemOf, unreachable } from "./problem";
import { traceparent } from "./trace";

interface Upload {
  /** Such as "/api/admin/upload-model". */
  path: string;
  form: FormData;
  headers?: Record<string, string>;
  deadlineMs: number;
  /** Called with the share of the bytes sent, 0 to 1. */
  onProgress: (share: number) => void;
  /** Gets the access token; called again with the one that was refused. */
  token?: (refused?: string) => Promise<string>;
}

/**
 * Uploads a form and reports its progress, which `fetch` can't.
 *
 * @throws Problem when it is refused, or no answer came.
 */
export async function upload<Answer>({ token = freshToken, ...rest }: Upload): Promise<Answer> {
  const first = await token();
  try {
    return (await post(rest, first)) as Answer;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    return (await post(rest, await token(first))) as Answer;
  }
}

function post(
  { path, form, headers = {}, deadlineMs, onProgress }: Omit<Upload, "token">,
  token: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("traceparent", traceparent());
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.timeout = deadlineMs;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
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
