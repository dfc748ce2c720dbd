import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { accountOf, currentAccess, onAccessChange, onSignOut } from "@/api/access";
import type { Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { Problem } from "@/api/problem";
import { queryClient } from "@/ui/query_client";
import { captureDate } from "./capture_date";
import { keepChoice, keptChoices } from "./choices";
import { chosenTwice, copiesOf, type Copy } from "./copies";
import { sendPhoto } from "./send_photo";

export type OverviewRegion = Schemas["OverviewRegion"];

/**
 * A photo being uploaded.
 *
 * Each waits in IndexedDB until the server has it, so that neither a lost network nor a reload
 * loses one. Its id is the request's idempotency key: sent twice, it is stored once.
 */
export interface Upload {
  id: string;
  userId: string;
  patientId: string;
  lesionId: string | null;
  /** The part of the body that it shows as a whole; such a photo belongs to no lesion. */
  overview?: OverviewRegion;
  name: string;
  file: Blob;
  addedAt: number;
  /** When it was taken, RFC 3339; null where that is not known. */
  capturedAt: string | null;
  /** Whether somebody is correcting its date: it is not sent meanwhile. */
  isHeld?: boolean;
  /** Whether it may go: the clinic doesn't have it, can't be asked, or somebody wants it twice. */
  isCleared: boolean;
  /** The same photo as the clinic has it, or as it was chosen before: it waits for a decision. */
  copy?: Copy | "chosen twice";
  /** Whether it waits on the sorting screen until somebody has said where it belongs. */
  isSorting: boolean;
  /** Where it is to go from there: a lesion's id or "unsorted"; null until it is chosen. */
  choice: string | null;
  state: "waiting" | "sending" | "refused" | "done";
  /** Share of the bytes sent, 0 to 1. */
  progress: number;
  /** Why the server refused it. */
  problem?: Problem;
  detection?: Schemas["Detection"];
}

type Stored = Pick<
  Upload,
  | "id"
  | "userId"
  | "patientId"
  | "lesionId"
  | "overview"
  | "name"
  | "file"
  | "addedAt"
  | "capturedAt"
  | "isCleared"
  | "isSorting"
>;

interface Database extends DBSchema {
  uploads: { key: string; value: Stored };
}

/** Two at a time keep the line busy without starving the page's other calls. */
const AT_ONCE = 2;
const RETRY_MS = 5_000;
/** How many photos the server looks up at once. */
const MOST_ASKED = 50;

let database: Promise<IDBPDatabase<Database>> | null = null;
let uploads: Upload[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
/** Of which the clinic is being asked whether it has them. */
const asked = new Set<string>();
const listeners = new Set<() => void>();

export function onUploadsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** All uploads of this visit, oldest first; a new array at each change. */
export function currentUploads(): Upload[] {
  return uploads;
}

/** Resumes what an earlier visit of this account left behind. */
export async function resumeUploads(userId: string): Promise<void> {
  const kept = await (await store()).getAll("uploads");
  const choices = keptChoices();
  const left = notYetListed(kept)
    .filter((upload) => upload.userId === userId)
    .map((upload): Upload => ({
      ...upload,
      ...defaultsOf(upload),
      choice: choices[upload.id] ?? null,
      state: "waiting",
      progress: 0,
    }));
  change([...uploads.filter((upload) => upload.userId === userId), ...left]);
  sendWaiting();
}

/** What a version that knew less did not keep of a photo. */
function defaultsOf({ capturedAt, isCleared, isSorting }: Partial<Stored>) {
  return {
    capturedAt: capturedAt ?? null,
    isCleared: isCleared ?? false,
    isSorting: isSorting ?? false,
  };
}

/**
 * Puts photos into the queue.
 *
 * @param to whose they are. `takenAt`: when, where that is known better than by their files.
 *   `isSorting`: they wait until somebody has said where each belongs.
 */
export async function addUploads(
  files: File[],
  to: {
    userId: string;
    patientId: string;
    lesionId: string | null;
    overview?: OverviewRegion;
    takenAt?: string;
    isSorting?: boolean;
  },
): Promise<void> {
  const { takenAt, isSorting = false, ...owner } = to;
  const added = await Promise.all(
    files.map(async (file): Promise<Upload> => ({
      ...owner,
      id: crypto.randomUUID(),
      name: file.name,
      file,
      addedAt: Date.now(),
      capturedAt: takenAt ?? (await captureDate(file)),
      isCleared: false,
      isSorting,
      choice: null,
      state: "waiting",
      progress: 0,
    })),
  );
  // Shown only once they are stored: what is said to wait must survive a reload.
  await persist(added);
  change([...uploads, ...notYetListed(added)]);
  sendWaiting();
}

function notYetListed<T extends Stored>(found: T[]): T[] {
  const known = new Set(uploads.map(({ id }) => id));
  return found.filter(({ id }) => !known.has(id));
}

async function persist(added: Upload[]): Promise<void> {
  try {
    const writing = (await store()).transaction("uploads", "readwrite");
    await Promise.all([...added.map((upload) => writing.store.put(stored(upload))), writing.done]);
  } catch {
    // No room on this disk: they are sent all the same, and wait as long as the page is open.
  }
}

/** Removes one that is done or refused, or gives up one that waits. */
export async function dismissUpload(id: string): Promise<void> {
  change(uploads.filter((upload) => upload.id !== id));
  keepChoice([id], null);
  await (await store()).delete("uploads", id);
}

/** Keeps a photo from being sent while its date is corrected. */
export function holdUpload(id: string): void {
  update(id, { isHeld: true });
}

/** Says when a photo was taken, null for unknown, and lets it go. */
export async function dateUpload(id: string, capturedAt: string | null): Promise<void> {
  // Shown only once it is stored, as a photo is.
  const dated = uploads.filter((upload) => upload.id === id);
  await persist(dated.map((upload) => ({ ...upload, capturedAt })));
  update(id, { capturedAt });
  releaseUpload(id);
}

/** Lets a photo go as it is. */
export function releaseUpload(id: string): void {
  update(id, { isHeld: false });
  sendWaiting();
}

/** Sends a photo that the clinic has already. */
export async function sendAnyway(id: string): Promise<void> {
  update(id, { isCleared: true, copy: undefined });
  await persist(uploads.filter((upload) => upload.id === id));
  sendWaiting();
}

/** Says where photos of the sorting screen belong: a lesion's id, "unsorted", or null for unsaid. */
export function choosePlace(ids: string[], choice: string | null): void {
  keepChoice(ids, choice);
  for (const id of ids) update(id, { choice });
}

/** Sends those photos of the sorting screen for which a place was said. */
export async function sendSorted(patientId: string): Promise<void> {
  const ready = uploads.filter(
    (upload) => upload.patientId === patientId && upload.isSorting && upload.choice !== null,
  );
  for (const { id, choice } of ready) {
    update(id, { isSorting: false, lesionId: choice === "unsorted" ? null : choice });
  }
  const sorted = ready.map(({ id }) => id);
  await persist(uploads.filter(({ id }) => sorted.includes(id)));
  keepChoice(sorted, null);
  sendWaiting();
}

/**
 * Sends what waits; what can't be sent now is tried again later.
 *
 * Only in the name of whoever took the photo: many people share a workstation.
 */
export function sendWaiting(): void {
  clearTimeout(timer);
  const room = AT_ONCE - uploads.filter(({ state }) => state === "sending").length;
  const access = currentAccess();
  const account = access && accountOf(access.token);
  const own = uploads.filter(({ state, userId }) => state === "waiting" && userId === account);
  void ask(own.filter(({ id, isCleared, copy }) => !isCleared && !copy && !asked.has(id)));
  const next = own.filter(({ isHeld, isCleared, isSorting }) => isCleared && !isHeld && !isSorting);
  for (const upload of next.slice(0, Math.max(0, room))) void sendOne(upload);
}

/** Asks whether the clinic has these photos already; nothing is sent before. */
async function ask(unknown: Upload[]): Promise<void> {
  const some = unknown.slice(0, MOST_ASKED);
  if (some.length === 0) return;
  for (const { id } of some) asked.add(id);
  let isPassing = false;
  try {
    const queue = uploads.filter(({ state }) => state === "waiting" || state === "sending");
    const [copies, twice] = await Promise.all([copiesOf(some), chosenTwice(queue)]);
    some.forEach(({ id }, index) => {
      const copy = copies[index] ?? (twice.has(id) ? "chosen twice" : undefined);
      update(id, copy ? { copy } : { isCleared: true });
    });
  } catch (error) {
    isPassing = error instanceof Problem && (error.status === 401 || isTemporary(error));
    // A hint that can't be had keeps no photo from the record.
    if (!isPassing) for (const { id } of some) update(id, { isCleared: true });
    else if (error instanceof Problem && error.status !== 401) retryLater(error);
  } finally {
    for (const { id } of some) asked.delete(id);
  }
  if (!isPassing) sendWaiting();
}

const isTemporary = ({ isUnreachable, status }: Problem) =>
  isUnreachable || [408, 429].includes(status) || status >= 500;

function retryLater({ retryAfter }: Problem): void {
  timer = setTimeout(sendWaiting, (retryAfter ?? 0) * 1000 || RETRY_MS);
}

async function sendOne(upload: Upload): Promise<void> {
  const { id, patientId } = upload;
  update(id, { state: "sending", progress: 0 });
  try {
    const detection = await sendPhoto({
      ...upload,
      onProgress: (progress) => update(id, { progress }),
    });
    await (await store()).delete("uploads", id);
    // Here, as no page may be showing the patient: a later one would start from lists without it.
    await queryClient.invalidateQueries({ queryKey: patientKey(patientId) });
    update(id, { state: "done", progress: 1, detection });
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(0, "UNREACHABLE", String(error));
    if (problem.status === 401) {
      // It continues once that person signs in again.
      return update(id, { state: "waiting", progress: 0 });
    }
    if (isTemporary(problem)) {
      update(id, { state: "waiting", progress: 0 });
      return retryLater(problem);
    }
    update(id, { state: "refused", problem });
    await (await store()).delete("uploads", id);
  }
  sendWaiting();
}

/** The part that survives a reload, after which it is sent from the start. */
function stored(upload: Upload): Stored {
  const { id, userId, patientId, lesionId, overview, name, file, addedAt, capturedAt } = upload;
  const { isCleared, isSorting } = upload;
  return {
    ...{ id, userId, patientId, lesionId, overview, name, file, addedAt, capturedAt },
    ...{ isCleared, isSorting },
  };
}

function update(id: string, part: Partial<Upload>): void {
  change(uploads.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));
}

function change(next: Upload[]): void {
  uploads = next;
  listeners.forEach((listener) => listener());
}

function store(): Promise<IDBPDatabase<Database>> {
  database ??= openDB<Database>("dermis", 1, {
    upgrade: (db) => void db.createObjectStore("uploads", { keyPath: "id" }),
  });
  return database;
}

// Those that were not sent stay on disk, for whoever took them.
onSignOut(() => change([]));
window.addEventListener("online", sendWaiting);
onAccessChange(() => {
  if (currentAccess()) sendWaiting();
});
