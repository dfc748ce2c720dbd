/** What becomes of a photo; and when it was taken, where its file doesn't say. */
export type OnPhoto = (photo: File, takenAt?: string) => void;

/** Of a JPEG: nothing to be seen is lost, and 12 megapixels stay within the server's 20 MB. */
const QUALITY = 0.95;

/** What a camera shows just now, as large as it gives it. @throws Error where there is no frame. */
export async function takePhoto(video: HTMLVideoElement): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const data = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", QUALITY),
  );
  if (!data) throw new Error("The camera shows no picture yet.");
  const moment = new Date().toISOString().replace(/[:.]/g, "-");
  return new File([data], `photo-${moment}.jpg`, { type: "image/jpeg" });
}
