import { describe, expect, it } from "vitest";
import { exifBlock, exifHeic, exifJpeg, exifWebp } from "@/testing/exif_photos";
import { captureDate, momentOf } from "./capture_date";

const TAKEN = "2024:05:06 07:08:09";

describe("the date of a photo", () => {
  it.each([
    ["JPEG", exifJpeg],
    ["TIFF", exifBlock],
    ["WebP", exifWebp],
    ["HEIC", exifHeic],
  ])("is read with its offset from a %s", async (_, made) => {
    expect(await captureDate(new Blob([made(TAKEN, "+02:00")]))).toBe("2024-05-06T05:08:09.000Z");
  });

  it("is by this computer's clock where the camera doesn't say its offset", async () => {
    const local = new Date(2024, 4, 6, 7, 8, 9).toISOString();
    expect(await captureDate(new Blob([exifJpeg(TAKEN)]))).toBe(local);
  });

  it.each([
    ["no EXIF at all", new Uint8Array([0xff, 0xd8, 0xff, 0xd9])],
    ["a file that is no photo", new TextEncoder().encode("pixels")],
    ["nothing", new Uint8Array()],
    ["a cut-off block", exifJpeg(TAKEN, "+02:00").slice(0, 40)],
    ["a cut-off WebP", exifWebp(TAKEN, "+02:00").slice(0, 30)],
    ["a clock that was never set", exifJpeg("1980:01:01 00:00:00", "+00:00")],
    ["a day that does not exist", exifJpeg("2024:13:45 00:00:00", "+00:00")],
    ["blanks", exifJpeg("    :  :     :  :  ")],
  ])("is not known from %s", async (_, bytes) => {
    expect(await captureDate(new Blob([bytes]))).toBeNull();
  });

  it("lies in the future by no more than a clock may be ahead", async () => {
    const now = Date.UTC(2024, 4, 6, 5, 0, 0);
    const photo = new Blob([exifJpeg(TAKEN, "+02:00")]);
    expect(await captureDate(photo, now)).toBeNull();
    expect(await captureDate(photo, now + 4 * 60_000)).toBe("2024-05-06T05:08:09.000Z");
  });

  it("takes no offset that is none", () => {
    expect(momentOf(TAKEN, "+2")).toBe(momentOf(TAKEN, undefined));
  });
});
