import { waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { signOut } from "@/api/access";
import { fakeGateway, fakeUploads, refusal } from "@/testing/gateway";
import { detectionWith } from "@/testing/records";
import { signIn } from "@/testing/show";
import { exifJpeg } from "@/testing/exif_photos";
import {
  addUploads,
  choosePlace,
  currentUploads,
  dateUpload,
  dismissUpload,
  holdUpload,
  resumeUploads,
  sendAnyway,
  sendSorted,
  sendWaiting,
} from "./queue";

// The clinic has none of the photos, unless a test says otherwise.
beforeEach(() => void fakeGateway({ "POST /api/images/copies": { items: [] } }));

const TO = { userId: "ada", patientId: "p-1", lesionId: "l-1" };
const photo = (name: string, pixels = name) => new File([pixels], name);
const named = (name: string) => currentUploads().find((upload) => upload.name === name);
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

/** Answers that the clinic has every file that is asked about. */
function knowsAll(part: object = {}) {
  return fakeGateway({
    "POST /api/images/copies": ({ body }) => ({
      items: (body as { digests: string[] }).digests.map((digest) => ({
        digest,
        image_id: "i-9",
        patient_id: "p-1",
        full_name: "Ingrid Solheim",
        record_number: "H-2041",
        lesion_id: "l-1",
        lesion_label: "left forearm",
        body_site: "upper_extremity",
        created_at: "2026-03-14T09:26:53Z",
        ...part,
      })),
    }),
  });
}

test("a photo that the clinic has is not sent until somebody decides, and then once", async () => {
  signIn("ada");
  const asked = knowsAll();
  const sent = fakeUploads(() => Response.json(detectionWith()));
  await addUploads([photo("known.jpg", "pixels"), photo("left out.jpg", "pixels")], TO);
  await waitFor(() =>
    expect(named("left out.jpg")?.copy).toMatchObject({ lesion_label: "left forearm" }),
  );
  // SHA-256 of "pixels"; two files of the same bytes are asked about once.
  expect(asked[0]?.body).toEqual({
    digests: ["6ec9c2b0eb14010746c8bce8939303b382344b296206612eb8a907a37b2b2f37"],
  });
  sendWaiting();
  expect(sent).toHaveLength(0);
  await dismissUpload(named("left out.jpg")?.id ?? "");
  await sendAnyway(named("known.jpg")?.id ?? "");
  await waitFor(() => expect(state("known.jpg")).toBe("done"));
  expect(sent).toHaveLength(1);
});

test("a file that is chosen twice at once goes once, unless somebody wants it twice", async () => {
  signIn("ada");
  const sent = fakeUploads(() => Response.json(detectionWith()));
  const files = [photo("first.jpg", "twin"), photo("second.jpg", "twin"), photo("other.jpg")];
  await addUploads(files, TO);
  await waitFor(() => expect(state("other.jpg")).toBe("done"));
  await waitFor(() => expect(state("first.jpg")).toBe("done"));
  expect(named("second.jpg")?.copy).toBe("chosen twice");
  expect(sent).toHaveLength(2);
  await sendAnyway(named("second.jpg")?.id ?? "");
  await waitFor(() => expect(state("second.jpg")).toBe("done"));
});

test("that somebody wants a photo twice outlives a reload, as does that nobody has decided", async () => {
  signIn("ada");
  knowsAll();
  fakeUploads(() => refusal(503, "UNAVAILABLE", "Later."));
  await addUploads([photo("wanted.jpg"), photo("open.jpg")], TO);
  await waitFor(() => expect(named("open.jpg")?.copy).toBeDefined());
  await sendAnyway(named("wanted.jpg")?.id ?? "");
  await waitFor(() => expect(state("wanted.jpg")).toBe("waiting"));
  await reload();
  expect(named("wanted.jpg")?.isCleared).toBe(true);
  expect(named("open.jpg")?.isCleared).toBe(false);
  for (const { id } of currentUploads()) await dismissUpload(id);
});

/** What a reload leaves: only what is on disk. */
async function reload(): Promise<void> {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  await signOut();
  signIn("ada");
  await resumeUploads("ada");
}

test("while the server can't be asked a photo waits, and goes once it has answered", async () => {
  signIn("ada");
  let isAway = true;
  fakeGateway({
    "POST /api/images/copies": () =>
      isAway ? refusal(503, "UNAVAILABLE", "Later.") : { items: [] },
  });
  const sent = fakeUploads(() => Response.json(detectionWith()));
  await addUploads([photo("asked.jpg")], TO);
  expect(state("asked.jpg")).toBe("waiting");
  isAway = false;
  await waitFor(() => {
    sendWaiting();
    expect(state("asked.jpg")).toBe("done");
  });
  expect(sent).toHaveLength(1);
});

test("a server that knows no such question keeps no photo from the record", async () => {
  signIn("ada");
  fakeGateway({});
  fakeUploads(() => Response.json(detectionWith()));
  await addUploads([photo("unasked.jpg")], TO);
  await waitFor(() => expect(state("unasked.jpg")).toBe("done"));
});

test("photos to be sorted wait for a place, go there, and outlive a reload until then", async () => {
  signIn("ada");
  const sent = fakeUploads(() => Response.json(detectionWith()));
  const batch = { userId: "ada", patientId: "p-7", lesionId: null, isSorting: true };
  await addUploads([photo("a.jpg"), photo("b.jpg"), photo("c.jpg")], batch);
  choosePlace([named("a.jpg")?.id ?? ""], "l-7");
  choosePlace([named("b.jpg")?.id ?? "", named("c.jpg")?.id ?? ""], "unsorted");
  choosePlace([named("c.jpg")?.id ?? ""], null);
  await waitFor(() => expect(named("c.jpg")?.isCleared).toBe(true));
  expect(sent).toHaveLength(0);
  await sendSorted("p-7");
  await waitFor(() => expect(sent).toHaveLength(2));
  const lesions = sent.map(({ path, form }) => [path, form.get("lesion_id")]);
  expect(lesions).toEqual([
    ["/api/predict/upload/p-7", "l-7"],
    ["/api/predict/upload/p-7", null],
  ]);
  choosePlace([named("c.jpg")?.id ?? ""], "l-7");
  await reload();
  expect(named("c.jpg")).toMatchObject({ isSorting: true, choice: "l-7" });
  for (const { id } of currentUploads()) await dismissUpload(id);
});
