import type { FileKind } from "@/i18n/refusals";

/** Names that files of a kind usually end in; the server looks at the bytes of what it is sent. */
const ENDINGS: Partial<Record<FileKind, readonly string[]>> = {
  avif: ["avif"],
  bmp: ["bmp", "dib"],
  dicom: ["dcm", "dicom"],
  gif: ["gif"],
  gzip: ["gz", "tgz"],
  jpeg_2000: ["jp2", "j2k", "jpx"],
  jpeg_xl: ["jxl"],
  pdf: ["pdf"],
  photoshop: ["psd"],
  rar: ["rar"],
  raw: ["cr2", "cr3", "nef", "arw", "dng", "orf", "rw2", "raf", "pef", "srw", "raw"],
  seven_zip: ["7z"],
  svg: ["svg"],
  text: ["txt", "csv"],
  video: ["mp4", "mov", "m4v", "avi", "mkv", "webm"],
  web_page: ["html", "htm"],
  zip: ["zip"],
};

/** What a file is by the end of its name; null where that doesn't tell. */
export function fileKind(name: string): FileKind | null {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const found = Object.entries(ENDINGS).find(([, endings]) => endings.includes(ending));
  return found ? (found[0] as FileKind) : null;
}
