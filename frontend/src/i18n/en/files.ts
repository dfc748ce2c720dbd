import type { FileKind } from "../refusals";

const notRead = (name: string) => `This is ${name}. Export the picture as JPEG and send that.`;

/** What a file is that no photo is read from, and the way out. */
const files: Record<FileKind, string> = {
  avif: notRead("an AVIF file"),
  bmp: notRead("a BMP"),
  dicom: notRead("a DICOM file"),
  gif: notRead("a GIF"),
  gzip: notRead("a gzip archive"),
  jpeg_2000: notRead("a JPEG 2000 file"),
  jpeg_xl: notRead("a JPEG XL file"),
  pdf: notRead("a PDF"),
  photoshop: notRead("a Photoshop file"),
  rar: notRead("a RAR archive"),
  raw: notRead("a raw file of a camera"),
  seven_zip: notRead("a 7z archive"),
  svg: notRead("an SVG drawing"),
  text: notRead("a text file"),
  video: notRead("a video"),
  web_page: notRead("a web page"),
  zip: notRead("a ZIP archive"),
  heavy: "Reading this photo takes too much memory. Export it smaller, or as baseline JPEG.",
  rare: "This kind of photo can't be read. Export the picture as an ordinary JPEG.",
};

export default files;
