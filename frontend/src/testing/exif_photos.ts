/** A TIFF block (EXIF 2.32) that holds DateTimeOriginal and, where given, its offset. */
export function exifBlock(taken: string, offset = ""): Uint8Array<ArrayBuffer> {
  const texts: [number, string][] = [[0x9003, `${taken}\0`]];
  if (offset) texts.push([0x9011, `${offset}\0`]);
  const [head, directory] = [8 + 2 + 12 + 4, 2 + 12 * texts.length + 4];
  const size = head + directory + texts.reduce((sum, [, text]) => sum + text.length, 0);
  const view = new DataView(new ArrayBuffer(size));
  const bytes = new Uint8Array(view.buffer);
  bytes.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  // One entry, which leads to the EXIF directory.
  view.setUint16(8, 1);
  entry(view, 10, [0x8769, 4, 1, head]);
  view.setUint16(head, texts.length);
  let end = head + directory;
  texts.forEach(([tag, text], index) => {
    entry(view, head + 2 + 12 * index, [tag, 2, text.length, end]);
    bytes.set(new TextEncoder().encode(text), end);
    end += text.length;
  });
  return bytes;
}

function entry(view: DataView, at: number, [tag, type, count, value]: number[]): void {
  view.setUint16(at, tag ?? 0);
  view.setUint16(at + 2, type ?? 0);
  view.setUint32(at + 4, count ?? 0);
  view.setUint32(at + 8, value ?? 0);
}

/** A JPEG with an EXIF block and no picture. */
export function exifJpeg(taken: string, offset = ""): Uint8Array<ArrayBuffer> {
  const block = exifBlock(taken, offset);
  const length = 2 + 6 + block.length;
  const head = [0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255];
  return Uint8Array.from([...head, ...new TextEncoder().encode("Exif\0\0"), ...block, 0xff, 0xd9]);
}

/** A WebP file whose only chunks are one of no interest, of odd length, and its EXIF. */
export function exifWebp(taken: string, offset = ""): Uint8Array<ArrayBuffer> {
  const chunk = (name: string, body: Uint8Array) => [
    ...new TextEncoder().encode(name),
    ...[0, 8, 16, 24].map((shift) => (body.length >> shift) & 255),
    ...body,
    ...(body.length % 2 ? [0] : []),
  ];
  const chunks = [
    ...new TextEncoder().encode("WEBP"),
    ...chunk("ICCP", Uint8Array.from([1, 2, 3])),
    ...chunk("EXIF", exifBlock(taken, offset)),
  ];
  return Uint8Array.from(chunk("RIFF", Uint8Array.from(chunks)));
}

/** A HEIC file of a brand, an item that is called Exif, and the block itself. */
export function exifHeic(taken: string, offset = ""): Uint8Array<ArrayBuffer> {
  const words = (text: string) => [...new TextEncoder().encode(text)];
  return Uint8Array.from([
    ...[0, 0, 0, 20],
    ...words("ftypheic\0\0\0\0heic"),
    ...words("infe\0\0\0\0\0\0\0\0Exif\0\0"),
    ...[0, 0, 0, 6],
    ...words("Exif\0\0"),
    ...exifBlock(taken, offset),
  ]);
}
