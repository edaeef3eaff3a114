import { writeFile } from "node:fs/promises";
import { apiPage } from "./api-page.ts";
import { reasonsPage } from "./reasons-page.ts";

/** `npm run pages`: writes the pages of docs that come from the code. */
for (const [path, text] of [
  ["docs/api.md", apiPage()],
  ["docs/reasons.md", reasonsPage()],
] as const) {
  await writeFile(path, text);
  process.stdout.write(`${path}\n`);
}
