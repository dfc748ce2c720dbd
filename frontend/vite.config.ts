import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { compression } from "vite-plugin-compression2";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { groups } from "./chunks.ts";

const gateway = process.env.DERMIS_GATEWAY ?? "http://127.0.0.1:8000";

const MOCKED = "src/**/*.mocked.test.{ts,tsx}";

const SERVICE_WORKER = "service_worker.js";

/** Tells the service worker which files it may keep: those of this build. */
const listOfAssets: Plugin = {
  name: "list-of-assets",
  enforce: "post",
  generateBundle(_, bundle) {
    const worker = bundle[SERVICE_WORKER];
    if (worker?.type !== "chunk") throw new Error("The build has no service worker");
    const names = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|svg)$/.test(name));
    worker.code = worker.code.replaceAll("__DERMIS_ASSETS__", JSON.stringify(names));
  },
};

export default defineConfig({
  // Compressed once and as small as can be, for whoever serves the files.
  plugins: [
    react(),
    listOfAssets,
    compression({
      include: /\.(js|css|svg)$/,
      algorithms: ["brotliCompress", "gzip"],
      threshold: 500,
    }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Whoever serves the page puts a fresh nonce here and into its content security policy.
  html: { cspNonce: "DERMIS_CSP_NONCE" },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    // What the sign-in page needs is one file of 600 kB, 185 of them over the line (chunks.ts).
    chunkSizeWarningLimit: 700,
    manifest: true,
    rolldownOptions: {
      input: { main: "index.html", service_worker: "service_worker/service_worker.ts" },
      output: {
        codeSplitting: { groups },
        // Its address stays the same, or browsers would not find the next one.
        entryFileNames: ({ name }) =>
          name === "service_worker" ? SERVICE_WORKER : "assets/[name]-[hash].js",
      },
    },
  },
  server: { proxy: { "/api": gateway, "/dev/mailbox": gateway } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 20_000,
    expect: { poll: { timeout: 5_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          exclude: ["node_modules", MOCKED],
          // One jsdom for all files, which takes longer to make than most of them to run.
          isolate: false,
        },
      },
      // Where a module is replaced, it must not have been loaded for another file before.
      { extends: true, test: { name: "mocked", include: [MOCKED], isolate: true } },
    ],
  },
});
