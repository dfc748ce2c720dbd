/** No digital photo of skin is older; cameras that lost their clock begin in 1970 or 1980. */
const EARLIEST = Date.UTC(1990, 0, 1);
/** A camera's clock may be ahead by as much as the server lets it be. */
const SKEW_MS = 5 * 60_000;

/**
 * When a photo was taken, by its EXIF data (2.32, 4.6.5 F), as RFC 3339 in UTC.
 *
 * Where the camera doesn't say how far its clock is from UTC, it is taken to be in the same zone as
 * this browser: what comes of it is shown, and can be changed.
 *
 * @returns null where the file doesn't say, or says something impossible.
 */
export async function captureDate(file: Blob, now = Date.now()): Promise<string | null> {
  try {
    // Only whoever adds photos needs it.
    const { parse } = await import("exifr/dist/full.esm.mjs");
    const found = await parse(await exifHolder(file), {
      pick: ["DateTimeOriginal", "OffsetTimeOriginal"],
      reviveValues: false,
    });
    const moment = momentOf(found?.DateTimeOriginal, found?.OffsetTimeOriginal);
    return moment && moment >= EARLIEST && moment <= now + SKEW_MS
      ? new Date(moment).toISOString()
      : null;
  } catch {
    // A damaged block says nothing; the server has a look of its own.
    return null;
  }
}

/** "2024:05:06 07:08:09" with "+02:00", in milliseconds since 1970; null where it is no moment. */
export function momentOf(taken: unknown, offset: unknown): number | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(String(taken));
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1);
  const zone = /^[+-]\d\d:\d\d$/.test(String(offset)) ? String(offset) : "";
  const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(moment) ? null : moment;
}

/** The part of a file that holds its EXIF data, where the library doesn't find it. */
async function exifHolder(file: Blob): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (text(bytes, 0) === "RIFF" && text(bytes, 8) === "WEBP") return inWebp(bytes);
  if (text(bytes, 4) === "ftyp") return inHeic(bytes);
  return bytes.buffer;
}

/** RIFF: chunks of a name, a length and a body that ends on an even byte. */
function inWebp(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const view = new DataView(bytes.buffer);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (text(bytes, at) === "EXIF") return bytes.buffer.slice(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  return new ArrayBuffer(0);
}

/** The library reads Apple's files only; in all of them the block follows these words. */
function inHeic(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  for (let at = bytes.indexOf(0x45); at >= 0; at = bytes.indexOf(0x45, at + 1)) {
    const words = text(bytes, at) + text(bytes, at + 4) + text(bytes, at + 8);
    if (/^Exif\0\0(II\*\0|MM\0\*)/.test(words)) return bytes.buffer.slice(at + 6);
  }
  return new ArrayBuffer(0);
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
