/** What the server accepts; by extension too, since not every system knows HEIC's media type. */
export const ACCEPTED = {
  "image/jpeg": [".jpg", ".jpeg"],
  "image/png": [".png"],
  "image/heic": [".heic"],
  "image/heif": [".heif"],
  "image/webp": [".webp"],
  "image/tiff": [".tif", ".tiff"],
};
export const MAX_BYTES = 20 * 1024 * 1024;
