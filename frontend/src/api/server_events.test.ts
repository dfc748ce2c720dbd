import { describe, expect, it } from "vitest";
import { EventParser } from "./server_events";

describe("a stream of server-sent events", () => {
  it("is read whatever pieces it comes in", () => {
    const text =
      'event: serving\ndata: {"model":\ndata: "lesion"}\nid: 7\n\n: still here\n\ndata: x\n\n';
    for (let size = 1; size <= text.length; size++) {
      const parser = new EventParser();
      const events = [];
      for (let start = 0; start < text.length; start += size) {
        events.push(...parser.push(text.slice(start, start + size)));
      }
      expect(events).toEqual([
        { event: "serving", data: '{"model":\n"lesion"}' },
        { event: "message", data: "x" },
      ]);
      expect(parser.lastId).toBe("7");
    }
  });

  it("may tell its place without an event", () => {
    const parser = new EventParser();
    expect(parser.push(": following\nid: 12-0\n\n")).toEqual([]);
    expect(parser.lastId).toBe("12-0");
  });

  it("takes any end of line", () => {
    const parser = new EventParser();
    expect(parser.push("data: a\r\n\r\ndata: b\r\r\n")).toMatchObject([
      { data: "a" },
      { data: "b" },
    ]);
  });

  it("keeps an event back until it is whole", () => {
    const parser = new EventParser();
    expect(parser.push("data: a\n")).toEqual([]);
    expect(parser.push("\n")).toHaveLength(1);
  });
});
