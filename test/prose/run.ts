import { globSync, readFileSync } from "node:fs";
import { findComponent, skipWithout } from "../support/component.ts";
import { runOrThrow } from "../support/run.ts";
import { LAYERS, type Layer } from "./layers.ts";
import { MESSAGES, messages } from "./messages.ts";

/**
 * `npm run prose`: checks the texts with Vale. A finding in a finished layer is an error; the other layers are counted.
 * Arguments are files of which all findings are printed.
 */
async function main(shown: readonly string[]): Promise<void> {
  const missing = skipWithout("vale");
  const vale = findComponent("vale");
  if (vale === undefined) {
    process.stdout.write(missing === false ? "prose: vale is not installed\n" : `prose: skipped: ${missing}\n`);
    process.exitCode = missing === false ? 1 : 0;
    return;
  }
  const taken = new Set<string>();
  const counts: string[] = [];
  for (const layer of LAYERS) {
    const findings = await findingsOf(vale, filesOf(layer, taken));
    const printed = findings.filter(({ file }) => layer.isError || shown.includes(file));
    printed.forEach(({ file, line, message }) => process.stdout.write(`${file}:${line} ${message}\n`));
    if (layer.isError && findings.length > 0) {
      process.exitCode = 1;
    }
    counts.push(`${layer.name}${layer.isError ? " (finished)" : ""} ${findings.length}`);
  }
  process.stdout.write(`prose: findings by layer: ${counts.join(", ")}\n`);
}

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** The files of a layer that no layer before it has taken. A finished layer without a file is a mistake in the list. */
function filesOf({ name, files, isError }: Layer, taken: Set<string>): readonly string[] {
  const found = globSync([...files])
    .filter((file) => !taken.has(file))
    .toSorted();
  if (isError && found.length === 0) {
    throw new Error(`no file of the layer "${name}": ${files.join(", ")}`);
  }
  found.forEach((file) => taken.add(file));
  return found;
}

async function findingsOf(vale: string, files: readonly string[]): Promise<readonly Finding[]> {
  const lists = files.filter((file) => file.endsWith(".txt"));
  const pages = files.filter((file) => !file.endsWith(".txt"));
  const ofLists = await Promise.all(lists.map((file) => findingsOfList(vale, file)));
  return [...(pages.length === 0 ? [] : await check(vale, pages)), ...ofLists.flat()];
}

/**
 * Each line of a list is a label and a text, and each text is a paragraph of its own. The name of a placeholder
 * such as `{says}` comes from the code, so the linter reads `{0}` instead.
 */
async function findingsOfList(vale: string, file: string): Promise<readonly Finding[]> {
  const texts = readFileSync(file, "utf8").trimEnd().split("\n");
  const input = texts.map((line) => line.slice(line.indexOf(" | ") + 3).replaceAll(/\{\w+\}/g, "{0}")).join("\n\n");
  const findings = await check(vale, ["--ext=.md"], input);
  return findings.map((finding) => ({ ...finding, file, line: (finding.line + 1) / 2 }));
}

async function check(vale: string, args: readonly string[], input?: string): Promise<readonly Finding[]> {
  const output = await runOrThrow(vale, ["--output=JSON", "--no-exit", ...args], input === undefined ? {} : { input });
  const byFile: Record<string, readonly { readonly Line: number; readonly Message: string }[]> = JSON.parse(output);
  return Object.entries(byFile).flatMap(([file, alerts]) =>
    alerts.map(({ Line: line, Message: message }) => ({ file, line, message })),
  );
}

if (readFileSync(MESSAGES, "utf8") !== messages()) {
  throw new Error(`${MESSAGES} differs from the code: run npm run messages and read the difference`);
}
await main(process.argv.slice(2));
