import { afterEach, describe, expect, it, vi } from "vitest";
import { isSlowLine } from "./slow_line";

afterEach(() => {
  Reflect.deleteProperty(navigator, "connection");
});

describe("what isn't asked for yet", () => {
  it.each([
    [{ effectiveType: "4g" }, false],
    [{ effectiveType: "3g" }, true],
    [{ effectiveType: "4g", saveData: true }, true],
    [undefined, false],
  ])("is left unfetched where bytes are slow or dear: %j", (connection, isSlow) => {
    Object.defineProperty(navigator, "connection", { value: connection, configurable: true });
    expect(isSlowLine()).toBe(isSlow);
  });

  it("is left unfetched without a network", () => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    expect(isSlowLine()).toBe(true);
  });
});
