import { fileURLToPath } from "node:url";
import type { Rolldown } from "vite";

/**
 * Which modules are sent as one file.
 *
 * Left to itself, the bundler makes a file of each set of modules that the same pages share: Today
 * took 108, three quarters of them below a kilobyte, each with headers as large as itself and on a
 * slow line with a turn to wait for. So what the first pages need comes in a few files; what a page
 * has to itself, or shares with few, stays as the bundler cuts it.
 */
export const groups: Rolldown.CodeSplittingGroup[] = [
  {
    // What the sign-in page needs. Not main itself, which waits for the language: whatever imports
    // from a file that waits, waits too. The service worker stands alone.
    name: "start",
    tags: ["$initial"],
    test: (id) => !/service_worker|src\/main\.tsx|index\.html/.test(id),
    priority: 5,
  },
  {
    name: (id, modules) => (isOfToday(id, modules) && isOfEntrance(id, modules) ? "shared" : null),
    priority: 4,
  },
  { name: (id, modules) => (isOfToday(id, modules) ? "frame" : null), priority: 3 },
  {
    // The component library's parts, by the pages that use them.
    name: "ui",
    test: /node_modules\/@mantine/,
    entriesAware: true,
    entriesAwareMergeThreshold: 25_000,
    priority: 2,
  },
  {
    name: (id, modules) => (isOfPatient(id, modules) && isOfWorklist(id, modules) ? "photo" : null),
    priority: 1,
  },
];

const isOfToday = within("app/SignedIn.tsx", "dashboard/DashboardPage.tsx");
/** What is opened before somebody is signed in, or without. */
const isOfEntrance = within(
  ...["Code", "Enrolment", "Forgot", "Register", "Reset", "Verify"].map(
    (name) => `account/${name}Page.tsx`,
  ),
  "handoff/HandInPage.tsx",
);
const isOfPatient = within("patient/PatientPage.tsx");
const isOfWorklist = within("worklist/WorklistPage.tsx");

/** Whether a module is one of these files or imported by them, however indirectly, but not later. */
function within(...files: string[]) {
  let found: Set<string> | undefined;
  return (id: string, modules: Rolldown.ChunkingContext): boolean =>
    (found ??= closure(files, modules)).has(id);
}

/** A file that only hands on what others hold: whoever imports it uses some of that, not all. */
const BARREL = /\/esm\/index\.mjs$/;

function closure(files: string[], modules: Rolldown.ChunkingContext): Set<string> {
  const found = new Set<string>();
  const open = files.map((file) => fileURLToPath(new URL(`./src/${file}`, import.meta.url)));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    if (!BARREL.test(id)) open.push(...(modules.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
