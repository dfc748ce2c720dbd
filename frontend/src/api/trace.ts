const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/**
 * The header with which a trace begins here (W3C Trace Context): one per request that somebody's
 * action sends, so that what the services record of it is one tree with the browser at its root.
 *
 * Random numbers only: it says nothing of who asks.
 */
export function traceparent(): string {
  return `00-${hex(16)}-${hex(8)}-01`;
}
