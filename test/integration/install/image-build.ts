import assert from "node:assert/strict";
import { cp, mkdir, readFile, realpath, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { membersAt, valueAt } from "../../support/json-at.ts";
import { runOrThrow } from "../../support/run.ts";
import { lastOf, parseCopy, parseDockerfile, type Copy, type Stage } from "./dockerfile.ts";

export interface BuiltImage {
  /** Its root directory. */
  readonly root: string;
  readonly stage: Stage;
}

const REPOSITORY = join(import.meta.dirname, "..", "..", "..");

/**
 * Builds what the Dockerfile builds, instruction by instruction, in a directory and without a container engine. Each RUN line that it
 * may have stands in {@link RUNS}; npm's downloads are replaced by the modules that are installed here, which are of the same lockfile.
 */
export async function buildImage(directory: string): Promise<BuiltImage> {
  const stages = parseDockerfile(await readFile(join(REPOSITORY, "Dockerfile"), "utf8"));
  const ignored = await readIgnored();
  const last = stages.at(-1);
  assert.ok(last !== undefined);
  for (const [index, stage] of stages.entries()) {
    const root = join(directory, stage.name ?? String(index));
    await mkdir(root, { recursive: true });
    await buildStage(stage, { root, directory, ignored });
  }
  return { root: join(directory, String(stages.length - 1)), stage: last };
}

interface BuildParts {
  readonly root: string;
  /** With one directory for each stage before. */
  readonly directory: string;
  readonly ignored: (path: string) => boolean;
}

async function buildStage(stage: Stage, parts: BuildParts): Promise<void> {
  const workdir = join(parts.root, lastOf(stage, "WORKDIR") ?? "/");
  await mkdir(workdir, { recursive: true });
  for (const { name, text } of stage.instructions) {
    if (name === "COPY") {
      await copy(parseCopy(text), workdir, parts);
    } else if (name === "RUN") {
      const step = RUNS[text];
      assert.ok(step !== undefined, `teach test/integration/install/image-build.ts this line: RUN ${text}`);
      await step({ workdir, root: parts.root });
    }
  }
}

async function copy({ from, sources, target }: Copy, workdir: string, parts: BuildParts): Promise<void> {
  const base = from === undefined ? REPOSITORY : join(parts.directory, from);
  const to = target.startsWith("/") ? join(parts.root, target) : join(workdir, target);
  for (const source of sources) {
    assert.ok(from !== undefined || !parts.ignored(source), `.dockerignore keeps ${source} from the build`);
    const intoFolder = target.endsWith("/") && !source.endsWith("/");
    const isFolder = from === undefined && source === "src";
    await mkdir(dirname(to), { recursive: true });
    await cp(join(base, source), intoFolder && !isFolder ? join(to, source.split("/").at(-1) ?? "") : to, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

interface RunParts {
  readonly workdir: string;
  readonly root: string;
}

const RUNS: Readonly<Record<string, (parts: RunParts) => Promise<unknown>>> = {
  "npm ci --omit=optional --no-audit --no-fund": ({ workdir }) =>
    symlink(join(REPOSITORY, "node_modules"), join(workdir, "node_modules")),
  "npm run build": ({ workdir }) =>
    runOrThrow(join(REPOSITORY, "node_modules/.bin/tsc"), ["-p", join(workdir, "tsconfig.build.json")]),
  "npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && prune-modules node_modules": async ({
    workdir,
    root,
  }) => {
    await copyProductionModules(workdir);
    await runOrThrow(join(root, "usr/local/bin/prune-modules"), [join(workdir, "node_modules")]);
  },
  "make-root /usr/local/bin/node /root-of-image": async ({ root }) =>
    runOrThrow(join(root, "usr/local/bin/make-root"), [await realpath(process.execPath), join(root, "root-of-image")]),
};

/** What `npm ci --omit=dev --omit=optional` brings, from the modules that are here. */
async function copyProductionModules(workdir: string): Promise<void> {
  for (const path of await productionModules()) {
    await cp(join(REPOSITORY, path), join(workdir, path), { recursive: true, verbatimSymlinks: true });
  }
}

/** By the lockfile: neither for development nor optional. */
async function productionModules(): Promise<readonly string[]> {
  const lock: unknown = JSON.parse(await readFile(join(REPOSITORY, "package-lock.json"), "utf8"));
  const isLeftOut = (entry: unknown) =>
    ["dev", "optional", "devOptional"].some((mark) => valueAt(entry, mark) === true);
  return membersAt(lock, "packages")
    .filter(([path, entry]) => path !== "" && !isLeftOut(entry))
    .map(([path]) => path);
}

/** .dockerignore is a list of what is let through: everything else is ignored. */
async function readIgnored(): Promise<(path: string) => boolean> {
  const lines = (await readFile(join(REPOSITORY, ".dockerignore"), "utf8")).split("\n");
  const rules = lines.filter((line) => line !== "" && !line.startsWith("#"));
  assert.equal(rules[0], "*", ".dockerignore ignores everything first");
  const through = rules.slice(1).map((rule) => {
    assert.ok(rule.startsWith("!"), `only exceptions after the first rule: ${rule}`);
    return rule.slice(1);
  });
  return (path) => !through.some((root) => relative(root, path) === "" || !relative(root, path).startsWith(".."));
}
