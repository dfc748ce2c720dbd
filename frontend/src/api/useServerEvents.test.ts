import { renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { signIn } from "@/testing/show";
import { useServerEvents } from "./useServerEvents";

/** A stream that comes in pieces of so many bytes, and ends. */
function streamOf(text: string, size: number): Response {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.slice(at, at + size));
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

it.each([1, 7, 1000])("reads events that come in pieces of %d bytes", async (size) => {
  signIn("ada");
  const text =
    'event: serving\ndata: {"model":\ndata: "löwe"}\nid: 7\n\n: still here\n\ndata: x\r\n\r\n';
  fakeGateway({ "GET /stream": () => Promise.resolve(streamOf(text, size)) });
  const onEvent = vi.fn();
  const { unmount } = renderHook(() => useServerEvents("/stream", onEvent));
  await waitFor(() => expect(onEvent.mock.calls.length).toBeGreaterThanOrEqual(2));
  unmount();
  expect(onEvent.mock.calls.slice(0, 2)).toMatchObject([
    [{ event: "serving", data: '{"model":\n"löwe"}' }],
    [{ data: "x" }],
  ]);
});

it("opens a stream that has ended again, from the last event that told its place", async () => {
  signIn("ada");
  const asked = fakeGateway({
    "GET /stream": () => Promise.resolve(streamOf("id: 12-0\ndata: a\n\ndata: b\n\n", 5)),
  });
  const { result, unmount } = renderHook(() => useServerEvents("/stream", vi.fn()));
  await waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(2));
  expect(result.current).toBe(true);
  unmount();
  expect(asked.slice(0, 2).map(({ headers }) => headers.get("last-event-id"))).toEqual([
    null,
    "12-0",
  ]);
});

it("says that nothing would come while the stream cannot be opened", async () => {
  signIn("ada");
  const asked = fakeGateway({ "GET /stream": refusal(503, "UNAVAILABLE", "Later.") });
  const { result, unmount } = renderHook(() => useServerEvents("/stream", vi.fn()));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(result.current).toBe(false);
  unmount();
});

it("asks for nothing while it follows nothing", () => {
  const asked = fakeGateway({});
  const { unmount } = renderHook(() => useServerEvents(null, vi.fn()));
  expect(asked).toEqual([]);
  unmount();
});
