import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { signIn } from "@/testing/show";
import { useModels } from "./queries";
import { useServingStream } from "./useServing";

/** A stream of what is served, which stays open, and tells what the test says when it says it. */
function servingStream() {
  const encoder = new TextEncoder();
  let told: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (told = controller) });
  return {
    answer: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    tell: (live_version: string, judgements: string[]) => {
      const replica = { id: "one", live_version, candidate: null, trials: [], last_error: null };
      const serving = { model: "lesion", replicas: [replica], judgements };
      told?.enqueue(encoder.encode(`event: serving\ndata: ${JSON.stringify(serving)}\n\n`));
    },
  };
}

/** The versions as a page sees them, and how often they were asked for. */
function follow(stream: Response, versions: () => object | Promise<object>) {
  signIn("ada");
  const asked = fakeGateway({
    "GET /api/admin/serving/stream": () => Promise.resolve(stream),
    "GET /api/admin/models": versions,
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result, unmount } = renderHook(
    () => {
      useServingStream();
      return useModels();
    },
    { wrapper },
  );
  const count = () => asked.filter(({ path }) => path === "/api/admin/models").length;
  return { result, unmount, count };
}

const models = (figures: string | null) => ({
  versions: [{ version: "1.1.0", judgement: figures }],
  releases: [],
  candidate: null,
});

it("shows a version's figures when they are kept after its replica has taken it over", async () => {
  const stream = servingStream();
  let kept: string | null = null;
  const { result, unmount, count } = follow(stream.answer, () => models(kept));
  stream.tell("1.0.0", []);
  await waitFor(() => expect(result.current.data).toBeDefined());
  stream.tell("1.1.0", []);
  // What the gateway knows then has no figures yet.
  await waitFor(() => expect(count()).toBeGreaterThanOrEqual(2));
  await waitFor(() => expect(result.current.isFetching).toBe(false));
  kept = "measured";
  stream.tell("1.1.0", ["release-000002-000001-passed"]);
  await waitFor(() =>
    expect(result.current.data?.versions).toMatchObject([{ judgement: "measured" }]),
  );
  unmount();
});

it("does not take an answer for new that was under way before something changed", async () => {
  const stream = servingStream();
  let answerFirst: (models: object) => void = () => undefined;
  const first = new Promise<object>((resolve) => (answerFirst = resolve));
  let calls = 0;
  const { result, unmount, count } = follow(stream.answer, () =>
    ++calls === 1 ? first : models("measured"),
  );
  stream.tell("1.0.0", []);
  await waitFor(() => expect(count()).toBe(1));
  stream.tell("1.1.0", ["release-000002-000001-passed"]);
  await waitFor(() => expect(count()).toBe(2));
  answerFirst(models(null));
  await waitFor(() =>
    expect(result.current.data?.versions).toMatchObject([{ judgement: "measured" }]),
  );
  unmount();
});

it("asks for nothing again while a replica only says that it is still there", async () => {
  const stream = servingStream();
  const { result, unmount, count } = follow(stream.answer, () => models(null));
  stream.tell("1.0.0", ["release-000001-000001-passed"]);
  await waitFor(() => expect(result.current.data).toBeDefined());
  await waitFor(() => expect(result.current.isFetching).toBe(false));
  const before = count();
  stream.tell("1.0.0", ["release-000001-000001-passed"]);
  stream.tell("1.0.0", ["release-000001-000001-passed"]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(count()).toBe(before);
  unmount();
});
