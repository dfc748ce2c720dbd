import type { FileKind } from "../refusals";

const notRead = (name: string) =>
  `Das ist ${name}. Exportieren Sie das Bild als JPEG und senden Sie das.`;

const files: Record<FileKind, string> = {
  avif: notRead("eine AVIF-Datei"),
  bmp: notRead("eine BMP-Datei"),
  dicom: notRead("eine DICOM-Datei"),
  gif: notRead("ein GIF"),
  gzip: notRead("ein gzip-Archiv"),
  jpeg_2000: notRead("eine JPEG-2000-Datei"),
  jpeg_xl: notRead("eine JPEG-XL-Datei"),
  pdf: notRead("ein PDF"),
  photoshop: notRead("eine Photoshop-Datei"),
  rar: notRead("ein RAR-Archiv"),
  raw: notRead("eine RAW-Datei einer Kamera"),
  seven_zip: notRead("ein 7z-Archiv"),
  svg: notRead("eine SVG-Zeichnung"),
  text: notRead("eine Textdatei"),
  video: notRead("ein Video"),
  web_page: notRead("eine Webseite"),
  zip: notRead("ein ZIP-Archiv"),
  heavy:
    "Dieses Foto zu lesen braucht zu viel Speicher. Exportieren Sie es kleiner oder als Baseline-JPEG.",
  rare: "Diese Art von Foto kann nicht gelesen werden. Exportieren Sie das Bild als gewöhnliches JPEG.",
};

export default files;
