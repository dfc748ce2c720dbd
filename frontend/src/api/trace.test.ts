import { describe, expect, it } from "vitest";
import { traceparent } from "./trace";

describe("a trace", () => {
  it("begins as W3C Trace Context says, sampled", () => {
    expect(traceparent()).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/);
  });

  it("is another one for each request", () => {
    expect(traceparent()).not.toBe(traceparent());
  });
});
