import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import type { RecursiveServer } from "./recursive.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

/** A text in a manifest of an example, and what the copy has in its place. */
export interface Replacement {
  readonly file: "zone.yaml" | "alias.yaml";
  readonly text: string;
  readonly by: string;
}

/** Copies the two manifests of an example, with the ports of a demo. */
export async function copyExample(example: string, to: string, replacements: readonly Replacement[]): Promise<void> {
  await mkdir(to);
  for (const file of ["zone.yaml", "alias.yaml"]) {
    let manifest = await readFile(join(ROOT, "examples", example, file), "utf8");
    for (const { text, by } of replacements.filter((one) => one.file === file)) {
      if (!manifest.includes(text)) {
        throw new Error(`examples/${example}/${file} has no "${text}" to replace by "${by}"`);
      }
      manifest = manifest.replace(text, by);
    }
    await writeFile(join(to, file), manifest);
  }
}

export interface DemoController {
  readonly manifests: string;
  readonly out: string;
  readonly recursive: RecursiveServer;
  readonly opsPort: number;
  /** More of the command line. */
  readonly moreArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The real program as a process of its own, as a person would start it. */
export async function startDemoController({
  manifests,
  out,
  recursive,
  opsPort,
  moreArgs = [],
  env = {},
}: DemoController): Promise<ManagedProcess> {
  const component = "dnsalias run";
  const child = startProcess({
    component,
    command: process.execPath,
    args: [
      join(ROOT, "src", "main.ts"),
      "run",
      "--no-responder",
      `--manifests=${manifests}`,
      `--out=${out}`,
      `--resolver=${recursive.host}:${recursive.port}`,
      `--listen-ops=127.0.0.1:${opsPort}`,
      "--log-format=pretty",
      ...moreArgs,
    ],
    env,
  });
  try {
    const probe = async (): Promise<string | undefined> => {
      const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(1000) });
      return response.ok ? undefined : await response.text();
    };
    await untilReady(child, { component, deadlineMs: 30_000, probe });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return child;
}
