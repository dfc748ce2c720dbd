/** A file is read once, however often it is asked about. */
const known = new WeakMap<Blob, Promise<string | null>>();

/**
 * A file's SHA-256 in hex, by which the server knows it again.
 *
 * @returns null where the page was not opened over TLS: browsers compute none there.
 */
export function digestOf(file: Blob): Promise<string | null> {
  const digest = known.get(file) ?? computed(file);
  known.set(file, digest);
  return digest;
}

async function computed(file: Blob): Promise<string | null> {
  // The type promises it everywhere; browsers have it on secure pages alone.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return null;
  const hash = await subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
