import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";

/**
 * Who may import whom under src/; `type X` allows `import type` alone. The same table stands in docs/architecture.md. Whoever needs a new
 * arrow changes both in the same commit and says why.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  dns: ["base"],
  api: ["base", "dns"],
  plan: ["base", "dns", "api"],
  schedule: ["base"],
  transport: ["base"],
  ops: ["base"],
  resolver: ["base", "dns", "transport"],
  responder: ["base", "dns", "transport"],
  providers: ["base", "dns", "transport", "type api", "type plan"],
  controller: ["base", "dns", "api", "plan", "schedule", "type resolver", "type responder", "type providers"],
  kube: ["base", "api", "type controller", "type providers"],
  folder: ["base", "api", "type controller", "type providers"],
  cli: ["*"],
  "main.ts": ["base", "cli"],
};

/** Packages that only one folder may import, so that each stays replaceable. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  "@kubernetes/client-node": ["kube"],
  pino: ["ops"],
  "pino-pretty": ["ops"],
  "prom-client": ["ops"],
  typebox: ["api"],
  undici: ["kube", "transport"],
  yaml: ["api", "folder", "cli"],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

test("every import under src/ follows the import table", () => {
  const wrong = importsUnder("src").flatMap((found) => {
    const problem = judge(found);
    return problem === undefined ? [] : [problem];
  });
  assert.deepEqual(wrong, []);
});

test("the import table in docs/architecture.md is the one that is enforced", () => {
  const page = readFileSync("docs/architecture.md", "utf8");
  const rows = Object.entries(ALLOWED)
    .filter(([folder]) => folder !== "main.ts")
    .map(
      ([folder, allowed]) =>
        `| ${folder} | ${allowed.length === 0 ? "nothing" : allowed.join(", ").replace("*", "all")} |`,
    );
  assert.deepEqual(
    rows.filter((row) => !page.includes(row)),
    [],
  );
});

test("no provider imports a sibling", () => {
  const wrong = importsUnder("src/providers").filter(({ file, specifier }) => {
    const from = providerOf(file);
    const to = specifier.startsWith(".") ? providerOf(normalize(join(dirname(file), specifier))) : undefined;
    return from !== undefined && to !== undefined && from !== to;
  });
  assert.deepEqual(wrong, []);
});

function judge({ file, specifier, typeOnly }: Import): string | undefined {
  const from = roomOf(file);
  if (specifier.startsWith("node:")) {
    return undefined;
  }
  if (!specifier.startsWith(".")) {
    const homes = PACKAGE_HOMES[packageOf(specifier)];
    return homes?.includes(from) === true ? undefined : `${file} imports the package ${specifier}`;
  }
  const target = normalize(join(dirname(file), specifier));
  const to = roomOf(target);
  const allowed = ALLOWED[from] ?? [];
  const fine =
    from === to || allowed.includes("*") || allowed.includes(to) || (typeOnly && allowed.includes(`type ${to}`));
  return fine ? undefined : `${file} imports ${relative("src", target)}${typeOnly ? " (type)" : ""}`;
}

/** The folder of src/providers that a file is in; the room's own files are everybody's. */
function providerOf(file: string): string | undefined {
  return /^src\/providers\/([^/]+)\//.exec(file)?.[1];
}

function roomOf(file: string): string {
  return relative("src", file).split("/")[0] ?? "";
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function importsUnder(folder: string): readonly Import[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => importsOf(join(folder, path)));
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, "utf8");
  return [
    ...[...text.matchAll(STATEMENT)].map((match) => ({
      file,
      specifier: match[2] ?? "",
      typeOnly: match[1] !== undefined,
    })),
    ...[...text.matchAll(DYNAMIC)].map((match) => ({ file, specifier: match[1] ?? "", typeOnly: false })),
  ];
}
