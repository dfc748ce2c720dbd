import { beforeAll, describe, expect, it } from "vitest";
import { startLanguage } from "@/i18n";
import { agentName, isMobile } from "./agent";

const CHROME_ON_LINUX =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

describe("the name of a User-Agent", () => {
  beforeAll(startLanguage);

  it.each([
    [CHROME_ON_LINUX, "Chrome on Linux"],
    [
      `${CHROME_ON_LINUX} Edg/131.0.0.0`.replace("X11; Linux x86_64", "Windows NT 10.0"),
      "Microsoft Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari on iPhone",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:132.0) Gecko/20100101 Firefox/132.0",
      "Firefox on macOS",
    ],
    [
      "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
      "Samsung Internet on Android",
    ],
    ["python-httpx/0.28.1", "python-httpx"],
    ["", "unknown program"],
  ])("of %s is %s", (agent, name) => {
    expect(agentName(agent)).toBe(name);
  });

  it("tells phones from desks", () => {
    expect(isMobile("Mozilla/5.0 (Linux; Android 15) Chrome/131 Mobile Safari/537.36")).toBe(true);
    expect(isMobile(CHROME_ON_LINUX)).toBe(false);
    expect(isMobile("")).toBe(false);
  });
});
