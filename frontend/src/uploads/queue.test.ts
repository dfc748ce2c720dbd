import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { signOut } from "@/api/access";
import { fakeUploads, refusal } from "@/testing/gateway";
import { detectionWith } from "@/testing/records";
import { signIn } from "@/testing/show";
import { exifJpeg } from "@/testing/exif_photos";
import {
  addUploads,
  currentUploads,
  dateUpload,
  dismissUpload,
  holdUpload,
  resumeUploads,
  sendWaiting,
} from "./queue";

const TO = { userId: "ada", patientId: "p-1", lesionId: "l-1" };
const photo = (name: string) => new File(["pixels"], name);
const state = (name: string) => currentUploads().find((upload) => upload.name === name)?.state;

test("a photo is sent once with its own key, and its result comes back with it", async () => {
  signIn("ada");
  const sent = fakeUploads(() => Response.json(detectionWith()));
  await addUploads([photo("mole.jpg")], TO);
  await waitFor(() => expect(state("mole.jpg")).toBe("done"));
  const [upload] = currentUploads();
  expect(upload?.detection?.label).toBe("benign");
  expect(sent).toHaveLength(1);
  expect(sent[0]?.path).toBe("/api/predict/upload/p-1");
  expect(sent[0]?.headers.get("idempotency-key")).toBe(upload?.id);
  expect(sent[0]?.form.get("lesion_id")).toBe("l-1");
});

/** A JPEG of nothing but an EXIF block: DateTimeOriginal and, where given, its offset. */
function dated(name: string, offset = "+02:00"): File {
  return new File([exifJpeg("2024:05:06 07:08:09", offset)], name);
}

test("a photo is sent with the date in its file, and one without a date with none", async () => {
  signIn("ada");
  const sent = fakeUploads(() => Response.json(detectionWith()));
  await addUploads([dated("dated.jpg"), photo("undated.jpg")], TO);
  await waitFor(() => expect(sent).toHaveLength(2));
  const dates = sent.map(({ form }) => form.get("captured_at"));
  expect(dates.sort()).toEqual(["2024-05-06T05:08:09.000Z", null]);
});

test("a photo whose date is being corrected waits, and goes with the corrected date", async () => {
  signIn("ada");
  let isAway = true;
  const sent = fakeUploads(() =>
    isAway ? refusal(503, "UNAVAILABLE", "Later.") : Response.json(detectionWith()),
  );
  await addUploads([photo("held.jpg")], TO);
  await waitFor(() => expect(sent).toHaveLength(1));
  await waitFor(() => expect(state("held.jpg")).toBe("waiting"));
  const id = currentUploads().find(({ name }) => name === "held.jpg")?.id ?? "";
  holdUpload(id);
  isAway = false;
  sendWaiting();
  expect(state("held.jpg")).toBe("waiting");
  await dateUpload(id, "2023-01-02T03:04:05.000Z");
  await waitFor(() => expect(state("held.jpg")).toBe("done"));
  expect(sent.at(-1)?.form.get("captured_at")).toBe("2023-01-02T03:04:05.000Z");
});

test("a photo that the server refuses is kept with the reason, and is not sent again", async () => {
  signIn("ada");
  const sent = fakeUploads(() => refusal(415, "PHOTO_FORMAT", "This is a PDF."));
  await addUploads([photo("scan.pdf")], TO);
  await waitFor(() => expect(state("scan.pdf")).toBe("refused"));
  expect(currentUploads().at(-1)?.problem?.message).toBe("This is a PDF.");
  signIn("ada");
  expect(sent).toHaveLength(1);
});

test("a photo that waits is never sent in the name of whoever signs in next", async () => {
  signIn("ada");
  let isEnded = true;
  const sent = fakeUploads(() =>
    isEnded ? refusal(503, "UNAVAILABLE", "Later.") : Response.json(detectionWith()),
  );
  await addUploads([photo("waits.jpg")], TO);
  await waitFor(() => expect(sent).toHaveLength(1));
  await waitFor(() => expect(state("waits.jpg")).toBe("waiting"));

  signIn("noor");
  expect(state("waits.jpg")).toBe("waiting");
  expect(sent).toHaveLength(1);

  isEnded = false;
  signIn("ada");
  await waitFor(() => expect(state("waits.jpg")).toBe("done"));
  expect(sent).toHaveLength(2);
});

test("after a sign-out no photo is in memory, and one that was not sent comes back", async () => {
  signIn("ada");
  fakeUploads(() => refusal(503, "UNAVAILABLE", "Later."));
  await addUploads([photo("stays.jpg")], TO);
  await waitFor(() => expect(state("stays.jpg")).toBe("waiting"));
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  await signOut();
  expect(currentUploads()).toEqual([]);
  signIn("ada");
  await resumeUploads("ada");
  expect(state("stays.jpg")).toBeDefined();
  for (const { id } of currentUploads()) await dismissUpload(id);
});

test("a photo is said to wait only once it outlives a reload", async () => {
  signIn("noor");
  const known = currentUploads().length;
  const adding = addUploads([photo("one.jpg"), photo("two.jpg")], TO);
  expect(currentUploads()).toHaveLength(known);
  await adding;
  expect(state("one.jpg")).toBe("waiting");
  expect(state("two.jpg")).toBe("waiting");
  for (const { id } of currentUploads()) await dismissUpload(id);
});
