import { readFile, writeFile } from "node:fs/promises";
import { apiPage } from "./api-page.ts";
import { cliPage } from "./cli-page.ts";
import { reasonsPage } from "./reasons-page.ts";

/** `npm run pages`: writes the pages of docs that come from the code, and the tables of docs/cli.md. */
for (const [path, text] of [
  ["docs/api.md", apiPage()],
  ["docs/reasons.md", reasonsPage()],
  ["docs/cli.md", cliPage(await readFile("docs/cli.md", "utf8"))],
] as const) {
  await writeFile(path, text);
  process.stdout.write(`${path}\n`);
}
