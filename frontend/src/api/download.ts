import { accepted, send } from "./client";
import { unreachable } from "./problem";

/** How long nothing may arrive; a record of thousands of photos takes as long as it takes. */
const STALL_MS = 20_000;
/** Says of what is written while it is sent how large it will be, about. */
const EXPECTED = "expected-bytes";

export interface Received {
  bytes: number;
  /** About how many there will be; null where nobody knows. */
  expected: number | null;
}

/**
 * Downloads a document that needs the access token, for as long as something arrives.
 *
 * @throws Problem when it is refused, or nothing came for twenty seconds.
 */
export async function download(
  path: string,
  name: string,
  { onProgress, signal }: { onProgress?: (received: Received) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const stall = new Stall();
  const request = new Request(path, { signal });
  try {
    const answer = await accepted(send(request, stall.signal));
    const blob = await counted(answer, stall, onProgress).blob();
    save(blob, name);
  } catch (error) {
    throw stall.signal.aborted ? unreachable() : error;
  } finally {
    stall.end();
  }
}

/** Aborts when it was not put off for too long. */
class Stall {
  readonly #controller = new AbortController();
  #timer = 0;

  constructor() {
    this.putOff();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  putOff(): void {
    this.end();
    this.#timer = window.setTimeout(() => this.#controller.abort(), STALL_MS);
  }

  end(): void {
    window.clearTimeout(this.#timer);
  }
}

/** The same answer, its bytes counted as they pass; the browser keeps them, on disk if need be. */
function counted(
  answer: Response,
  stall: Stall,
  onProgress?: (received: Received) => void,
): Response {
  if (!answer.body) return answer;
  const expected = Number(answer.headers.get(EXPECTED) ?? answer.headers.get("content-length"));
  let bytes = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      stall.putOff();
      bytes += piece.byteLength;
      onProgress?.({ bytes, expected: expected || null });
      controller.enqueue(piece);
    },
  });
  return new Response(answer.body.pipeThrough(counter, { signal: stall.signal }), {
    headers: answer.headers,
  });
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
