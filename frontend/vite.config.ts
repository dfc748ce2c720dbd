import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

const gateway = process.env.DERMIS_GATEWAY ?? "http://127.0.0.1:8000";

const MOCKED = "src/**/*.mocked.test.{ts,tsx}";

export default defineConfig({
  // Compressed once and as small as can be, for whoever serves the files.
  plugins: [
    react(),
    compression({
      include: /\.(js|css|svg)$/,
      algorithms: ["brotliCompress", "gzip"],
      threshold: 500,
    }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Whoever serves the page puts a fresh nonce here and into its content security policy.
  html: { cspNonce: "DERMIS_CSP_NONCE" },
  build: { target: "es2023", assetsInlineLimit: 0, manifest: true },
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
