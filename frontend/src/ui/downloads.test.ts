import { notifications } from "@mantine/notifications";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { signIn } from "@/testing/show";
import { saveDocument } from "./downloads";

const RECORD = "/api/patients/p/export.zip";
const PIECE = new Uint8Array(1_000_000);

/** An answer that sends a piece whenever it is asked to, and ends when told. */
function slowly(headers: HeadersInit = {}) {
  let pipe: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pipe = controller) });
  return {
    answer: new Response(body, { headers }),
    send: () => pipe.enqueue(PIECE),
    end: () => pipe.close(),
  };
}

describe("saving a document", () => {
  const saved: Blob[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    signIn("account");
    saved.length = 0;
    // jsdom makes no addresses of blobs.
    vi.stubGlobal(
      "URL",
      Object.assign(URL, {
        createObjectURL: (blob: Blob) => `blob:${saved.push(blob)}`,
        revokeObjectURL: () => undefined,
      }),
    );
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  });

  afterEach(() => {
    vi.useRealTimers();
    notifications.clean();
  });

  it("goes on for as long as something arrives", async () => {
    const slow = slowly();
    fakeGateway({ [`GET ${RECORD}`]: slow.answer });
    const saving = saveDocument(RECORD, "record.zip");
    for (let piece = 0; piece < 5; piece++) {
      slow.send();
      await vi.advanceTimersByTimeAsync(15_000);
    }
    slow.end();
    await saving;
    expect(saved[0]?.size).toBe(5 * PIECE.length);
  });

  it("ends when nothing arrives for twenty seconds", async () => {
    fakeGateway({ [`GET ${RECORD}`]: slowly().answer });
    const saving = saveDocument(RECORD, "record.zip").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(20_001);
    expect(await saving).toMatchObject({ reason: "UNREACHABLE" });
    expect(saved).toEqual([]);
  });

  it("says what the gateway refuses", async () => {
    fakeGateway({ [`GET ${RECORD}`]: refusal(404, "PATIENT_NOT_FOUND", "Not found.") });
    await expect(saveDocument(RECORD, "record.zip")).rejects.toMatchObject({
      reason: "PATIENT_NOT_FOUND",
    });
  });
});
