import { createNodeResolver, importX } from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { fileURLToPath } from "node:url";
import tseslint from "typescript-eslint";

// The floors of src, from the ground up: a folder imports from those before it, never from those
// after it. So a folder can be read, tested and changed knowing only what lies below it.
//
//   i18n       texts, languages, dates and figures as people write them
//   api        calls to the gateway, its errors, the access token, uploads and streams
//   ui         what every page is built from: sections, tables, dialogs, notices, empty states
//   session    who is signed in
//   account    signing in and all that leads to it
//   camera     a camera's live picture, and a photo taken of it
//   uploads    the queue of photos on their way
//   handoff    photos from a phone that nobody has signed in to
//   findings   how the model's answer on a photo is shown
//   model_card what a version is and how well it does, as clinicians and engineers read it
//   viewer     one photo to look at closely, and the row of photos to choose from
//   patients, patient, dashboard, worklist, profile, clinic, admin    the pages
//   app        what stands around the pages, and their addresses
const FLOORS = [
  "i18n",
  "api",
  "ui",
  "session",
  "account",
  "camera",
  "uploads",
  "handoff",
  "findings",
  "model_card",
  "viewer",
  "patients",
  "patient",
  "dashboard",
  "worklist",
  "profile",
  "clinic",
  "admin",
  "app",
];
const ADMIN_FLOORS = ["users", "releases", "candidates", "serving", "models", "logs", "audit"];

/** For each folder, the folders above it that it must not import from. */
function zones(floors, root) {
  return floors.slice(0, -1).map((floor, index) => ({
    target: `${root}/${floor}`,
    from: floors.slice(index + 1).map((higher) => `${root}/${higher}`),
    // The server's own description lies on no floor: texts are checked against its reasons.
    except: ["./generated"],
    message: `${floor} lies below it: see the floors in eslint.config.js.`,
  }));
}

export default tseslint.config(
  { ignores: ["src/api/generated"] },
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  reactHooks.configs.flat.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "What people type is text, never HTML.",
        },
      ],
      // Handlers such as onClick take promises: failures reach the query client's error notice.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  {
    plugins: { "import-x": importX },
    settings: {
      "import-x/parsers": { "@typescript-eslint/parser": [".ts", ".tsx"] },
      "import-x/resolver-next": [
        createNodeResolver({
          extensions: [".ts", ".tsx", ".d.ts", ".js"],
          alias: { "@": [fileURLToPath(new URL("./src", import.meta.url))] },
        }),
      ],
    },
    rules: { "import-x/no-cycle": "error" },
  },
  {
    ignores: ["**/*.test.*", "src/testing/**"],
    rules: {
      "import-x/no-restricted-paths": [
        "error",
        {
          basePath: import.meta.dirname,
          zones: [
            ...zones(FLOORS, "./src"),
            ...zones(ADMIN_FLOORS, "./src/admin"),
            { target: "./src", from: "./src/testing", message: "Only tests import from testing." },
          ],
        },
      ],
    },
  },
);
