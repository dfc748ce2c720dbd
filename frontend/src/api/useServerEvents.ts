import { createParser, type EventSourceMessage } from "eventsource-parser";
import { useEffect, useEffectEvent, useState } from "react";
import { send } from "./client";

/** After a stream that ended as intended (the server limits how long one lasts). */
const REOPEN_MS = 300;
/** After a stream that could not be opened or broke off. */
const RETRY_MS = 4_000;

/**
 * Follows server-sent events for as long as the component is mounted.
 *
 * The browser's own EventSource can't send the access token. A stream that ends is opened again
 * from the last event received.
 *
 * @param path such as "/api/admin/serving/stream"; null follows nothing.
 * @returns whether the stream is open.
 */
export function useServerEvents(
  path: string | null,
  onEvent: (event: EventSourceMessage) => void,
): boolean {
  const [isOpen, setIsOpen] = useState(false);
  const handle = useEffectEvent(onEvent);
  useEffect(() => {
    if (path === null) return;
    const unmounted = new AbortController();
    void follow(path, unmounted.signal, handle, setIsOpen);
    return () => {
      unmounted.abort();
      setIsOpen(false);
    };
  }, [path]);
  return isOpen;
}

async function follow(
  path: string,
  signal: AbortSignal,
  onEvent: (event: EventSourceMessage) => void,
  onOpenChange: (isOpen: boolean) => void,
): Promise<void> {
  let lastId: string | undefined;
  while (!isAborted(signal)) {
    let wait = RETRY_MS;
    try {
      const headers = { accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
      const answer = await send(new Request(path, { headers, signal }));
      if (answer.ok && answer.body) {
        onOpenChange(true);
        // The client's deadline may cut a long stream: that is no failure.
        wait = REOPEN_MS;
        await readEvents(answer.body, (event) => {
          lastId = event.id ?? lastId;
          onEvent(event);
        });
      }
    } catch {
      // Whatever went wrong, the next attempt may succeed; an ended session asks for itself.
    }
    if (wait === RETRY_MS && !isAborted(signal)) onOpenChange(false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** A function, since the compiler takes the property for constant. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  const parser = createParser({ onEvent });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
