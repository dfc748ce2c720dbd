/**
 * Keeps the client's own files, so that an installed Dermis opens fast, and says so where there is
 * no network. It keeps the files of the build and nothing else: no answer of the API, no photo and
 * no page goes into its cache.
 */
declare const self: ServiceWorkerGlobalScope;
/** Names of the build's files, such as "assets/main-1a2b3c.js"; put in by vite.config.ts. */
declare const __DERMIS_ASSETS__: string[];

const CACHE = "dermis-assets";
const assets = new Set(__DERMIS_ASSETS__.map((name) => `/${name}`));

self.addEventListener("install", () => void self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(offlinePage));
  } else if (request.method === "GET" && origin === self.location.origin && assets.has(pathname)) {
    event.respondWith(kept(request));
  }
});

/** A file by its name, which holds a hash of what is in it: once kept, it never changes. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function forgetOlder(): Promise<void> {
  const cache = await caches.open(CACHE);
  const older = (await cache.keys()).filter(({ url }) => !assets.has(new URL(url).pathname));
  await Promise.all(older.map((request) => cache.delete(request)));
}

// The page itself is not kept: each answer of it carries a nonce of its own.
const TEXTS = {
  en: ["You are offline", "Dermis opens again once there is a network.", "Try again"],
  de: ["Keine Verbindung", "Dermis öffnet sich wieder, sobald ein Netz da ist.", "Noch einmal"],
};

function offlinePage(): Response {
  const language = self.navigator.language.startsWith("de") ? "de" : "en";
  const [title, text, action] = TEXTS[language];
  const page = `<!doctype html><html lang="${language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Dermis</title>
<h1>${title ?? ""}</h1><p>${text ?? ""}</p><p><a href="">${action ?? ""}</a></p></html>`;
  return new Response(page, {
    status: 503,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'",
    },
  });
}

// A module of its own, so that its names are its own too.
export {};
