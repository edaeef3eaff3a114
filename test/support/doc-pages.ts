import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandBlocks, type CommandBlock } from "./doc-commands.ts";

/** The pages of the checkout's own folder. CHANGELOG.md tells of the past. */
export const ROOT_PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "GOVERNANCE.md"];

/** Every page that people read: those of the checkout's own folder, docs, the manual pages of providers, the charts' pages and those of the examples. */
export function documentPages(): readonly string[] {
  return [...ROOT_PAGES, ...["docs", "src/providers", "charts", "examples"].flatMap(pagesIn)];
}

export function blocksOfPage(page: string): readonly CommandBlock[] {
  return commandBlocks(page, readFileSync(page, "utf8"));
}

/** The blocks of a page that say that this test file runs them. */
export function blocksRunBy(testFile: string, page: string): readonly CommandBlock[] {
  return blocksOfPage(page).filter(({ mark }) => mark?.kind === "run" && testFile.endsWith(`/${mark.by}`));
}

/** Change logs tell of the past. */
function pagesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.endsWith("CHANGELOG.md"))
    .map((path) => join(folder, path))
    .toSorted();
}
