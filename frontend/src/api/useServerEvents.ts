import { useEffect, useEffectEvent, useState } from "react";
import { send } from "./client";
import { EventParser, type ServerEvent } from "./server_events";

/** After a stream that ended by itself, as the server's do, and after one that failed. */
const AGAIN_MS = 300;
const RETRY_MS = 4_000;

/**
 * Follows server-sent events for as long as a component is there.
 *
 * The browser's own EventSource can't send the access token. A stream that ends is opened again
 * and told the last event that came.
 *
 * @param path such as "/api/admin/serving/stream"; null follows nothing.
 * @returns whether events would come now.
 */
export function useServerEvents(
  path: string | null,
  onEvent: (event: ServerEvent) => void,
): boolean {
  const [isOpen, setIsOpen] = useState(false);
  const take = useEffectEvent(onEvent);
  useEffect(() => {
    if (path === null) return;
    const gone = new AbortController();
    void follow(path, gone.signal, take, setIsOpen);
    return () => {
      gone.abort();
      setIsOpen(false);
    };
  }, [path]);
  return isOpen;
}

async function follow(
  path: string,
  signal: AbortSignal,
  take: (event: ServerEvent) => void,
  tell: (isOpen: boolean) => void,
): Promise<void> {
  let last: string | null = null;
  while (!isGone(signal)) {
    let wait = RETRY_MS;
    try {
      const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
      const answer = await send(new Request(path, { headers, signal }));
      if (answer.ok && answer.body) {
        tell(true);
        // The client's deadline may cut a stream that goes on for long: that is no failure.
        wait = AGAIN_MS;
        const parser = new EventParser();
        try {
          for await (const event of eventsOf(answer.body, parser)) take(event);
        } finally {
          last = parser.lastId ?? last;
        }
      }
    } catch {
      // Whatever went wrong, the next try may succeed; a session that ended asks for itself.
    }
    if (wait === RETRY_MS && !isGone(signal)) tell(false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A function, since the compiler takes the property for constant. */
function isGone(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  parser: EventParser,
): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* parser.push(decoder.decode(value, { stream: true }));
  }
}
