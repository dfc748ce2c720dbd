import "@testing-library/jest-dom/vitest";
import "fake-indexeddb/auto";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { startLanguage } from "@/i18n";

// A busy machine is slow, which is no failure.
configure({ asyncUtilTimeout: 5_000 });

// What jsdom lacks and the components ask for.
window.matchMedia = (query) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as never;
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
Element.prototype.scrollIntoView = () => {};
Element.prototype.setPointerCapture = () => {};
// Nothing has a size here; what draws only what is in sight needs one.
Object.defineProperty(Element.prototype, "clientWidth", { value: 1024, configurable: true });
Object.defineProperty(Element.prototype, "clientHeight", { value: 768, configurable: true });
URL.createObjectURL = () => "blob:picture";
URL.revokeObjectURL = () => {};

// A page's address is no part of Node's requests.
const NodeRequest = globalThis.Request;
globalThis.Request = class extends NodeRequest {
  constructor(input: RequestInfo | URL, init: RequestInit = {}) {
    super(typeof input === "string" ? new URL(input, window.location.href) : input, init);
  }
};

// Node computes no digest of a buffer that jsdom has made.
const digest = crypto.subtle.digest.bind(crypto.subtle);
crypto.subtle.digest = (algorithm, data) =>
  digest(algorithm, Uint8Array.from(new Uint8Array(data as ArrayBuffer)));

beforeAll(async () => {
  localStorage.clear();
  await startLanguage();
});

afterEach(cleanup);
