import { writeFile } from "node:fs/promises";
import { chartFiles } from "./chart-files.ts";

/** `npm run chart`: brings the files of the charts that are made of others up to date; the README is made by helm-docs after it. */
for (const { path, text } of await chartFiles()) {
  await writeFile(path, text);
  process.stdout.write(`${path}\n`);
}
