import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";
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
  commander: ["cli"],
  "dns-packet": ["resolver"],
  pino: ["ops"],
  "pino-pretty": ["ops"],
  "prom-client": ["ops"],
  typebox: ["api"],
  undici: ["kube", "transport"],
  yaml: ["api", "folder", "cli"],
};

/**
 * The order of the folders within each room: a file imports from its own folder or from folders of an earlier step, types included.
 * Folders of one step do not import each other. `.` is the room's own folder. The same table stands in docs/architecture.md.
 */
const ORDER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  dns: [
    ["name"],
    [".", "wire"],
    ["address", "presentation"],
    ["rdata/field"],
    ["rdata/type"],
    ["rdata"],
    ["message", "zone-file"],
    ["tsig"],
  ],
  api: [["schema"], ["condition"], ["."], ["alias"], ["zone"], ["zone/rules"], ["generate", "zone/convert"], ["parse"]],
  plan: [["domain"], ["health", "reference"], ["select"], ["."], ["hold", "inherited", "limit"]],
  ops: [["status-page"], ["."]],
  transport: [["."], ["udp"], ["check", "client", "server"]],
  resolver: [["chain", "server"], ["query"], ["."]],
  responder: [[".", "packet"], ["client", "live", "zone"], ["answer"], ["respond"], ["workers"]],
  providers: [
    ["."],
    [
      "budget",
      "coredns",
      "coredns-etcd",
      "dns-endpoint",
      "external-dns-webhook",
      "ownership",
      "powerdns",
      "rfc2136",
      "tls",
      "transfer",
    ],
  ],
  "providers/transfer": [["notify", "zone"], ["catalog"], ["server"], ["."]],
  controller: [
    ["lookup", "ports"],
    ["inventory/admission", "inventory/move"],
    ["inventory"],
    ["health/check"],
    ["health", "responder", "zone/state"],
    ["zone"],
    ["status/field"],
    ["status"],
    ["."],
  ],
  kube: [["client"], ["lease", "objects", "status", "watch"], ["votes"], ["."]],
  folder: [["manifest", "output"], ["state"], ["inventory"], ["."]],
  cli: [["terminal"], ["config"], ["compose/health"], ["compose"], ["inspect"], ["commands"], ["."]],
};

/** As many files as a reader takes in at one look. */
const MAX_FILES = 16;

const SOURCES: ReadonlySet<string> = new Set(sourceFiles("src"));

/** Basenames that repeat, because their folders tell them apart. */
const REPEATED_BASENAMES: ReadonlySet<string> = new Set([
  "client.ts",
  "convert.ts",
  "schema.ts",
  "status-schema.ts",
  "main.ts",
]);

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

test("within a room, a folder imports only from folders before it", () => {
  const wrong = importsUnder("src").flatMap((found) => {
    const problem = orderProblem(found);
    return problem === undefined ? [] : [problem];
  });
  assert.deepEqual(wrong, []);
});

test("every folder under src/ has a place in the order, and every place has a folder", () => {
  const ordered = Object.entries(ORDER).flatMap(([room, steps]) =>
    steps.flat().map((folder) => normalize(join("src", room, folder))),
  );
  const alone = Object.keys(ALLOWED)
    .filter((room) => !room.endsWith(".ts") && ORDER[room] === undefined)
    .map((room) => `src/${room}`);
  assert.deepEqual([...foldersWithFiles()].sort(), [...new Set([...ordered, ...alone])].sort());
});

test("the order of folders in docs/architecture.md is the one that is enforced", () => {
  const page = readFileSync("docs/architecture.md", "utf8");
  const rows = Object.entries(ORDER).map(([room, steps]) => {
    const shown = steps.map((step) => step.map((folder) => (folder === "." ? "`.`" : folder)).join(", ")).join(" < ");
    return `| ${room} | ${shown} |`;
  });
  assert.deepEqual(
    rows.filter((row) => !page.includes(row)),
    [],
  );
});

test(`no folder under src/ has more than ${MAX_FILES} files`, () => {
  const crowded = [...filesByFolder()].filter(([, files]) => files.length > MAX_FILES).map(([folder]) => folder);
  assert.deepEqual(crowded, []);
});

test("no basename repeats under src/ beyond those that their folders tell apart", () => {
  const files = [...SOURCES].map((path) => basename(path));
  const repeated = files.filter((name, index) => files.indexOf(name) !== index && !REPEATED_BASENAMES.has(name));
  assert.deepEqual(repeated, []);
});

test("no provider imports a sibling", () => {
  const wrong = importsUnder("src/providers").filter(({ file, specifier }) => {
    const from = providerOf(file);
    const to = specifier.startsWith(".") ? providerOf(normalize(join(dirname(file), specifier))) : undefined;
    return from !== undefined && to !== undefined && from !== to;
  });
  assert.deepEqual(wrong, []);
});

function orderProblem({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith(".")) {
    return undefined;
  }
  const target = normalize(join(dirname(file), specifier));
  if (!SOURCES.has(target)) {
    return undefined; // two generators print an import in a string
  }
  return Object.keys(ORDER).some((room) => isOutOfOrder(room, file, target)) ? `${file} imports ${target}` : undefined;
}

function isOutOfOrder(room: string, file: string, target: string): boolean {
  const from = placeIn(room, file);
  const to = placeIn(room, target);
  return from !== undefined && to !== undefined && from.folder !== to.folder && from.step <= to.step;
}

/** The step of a file's folder in its room; the longest folder that the order names counts. */
function placeIn(room: string, file: string): { readonly folder: string; readonly step: number } | undefined {
  const inside = relative(join("src", room), dirname(file));
  if (inside.startsWith("..")) {
    return undefined;
  }
  const places = (ORDER[room] ?? []).flatMap((folders, step) => folders.map((folder) => ({ folder, step })));
  return places
    .filter(({ folder }) => (folder === "." ? inside === "" : inside === folder || inside.startsWith(`${folder}/`)))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function filesByFolder(): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(SOURCES, (file) => dirname(file));
}

function foldersWithFiles(): readonly string[] {
  return [...filesByFolder().keys()].filter((folder) => folder !== "src");
}

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
  return sourceFiles(folder).flatMap((path) => importsOf(path));
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
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
