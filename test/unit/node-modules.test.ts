import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

/**
 * Which modules of Node.js each folder under src may import. Where names follow, only these: a folder that decides gets time, chance and sockets as
 * arguments. A folder without a row imports none, nor does a row count for the folders in it. The same table is in docs/architecture.md.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: ["timers/promises (setTimeout)", "util (getSystemErrorMessage)"],
  "dns/address": ["net (BlockList, SocketAddress, isIPv4, isIPv6)"],
  "dns/name": ["url (domainToASCII)"],
  "dns/tsig": ["crypto (Hmac, createHmac, timingSafeEqual)"],
  "api/zone/convert": ["crypto (X509Certificate)"],
  plan: ["crypto (createHash)"],
  "plan/health": ["crypto (createHash)"],
  schedule: ["timers/promises (setImmediate)"],
  "transport/check": ["http", "net", "tls", "worker_threads"],
  "transport/client": ["dgram", "net", "tls"],
  "transport/server": ["dgram", "events", "net"],
  "transport/udp": [
    "dgram",
    "events",
    "ffi",
    "net (isIPv6)",
    "os (endianness)",
    "timers/promises (setImmediate)",
    "util (getSystemErrorName)",
  ],
  ops: ["events", "http"],
  "ops/status-page": ["crypto (createHash)"],
  "responder/workers": ["crypto (randomBytes, randomInt)", "timers/promises", "worker_threads"],
  providers: ["crypto (createHash)"],
  "providers/coredns": ["buffer (Buffer)"],
  "providers/dns-endpoint": ["crypto (createHash)"],
  "providers/external-dns-webhook": ["url (domainToASCII)", "util (isDeepStrictEqual)"],
  "providers/ownership": ["crypto (createHash)"],
  "providers/transfer/catalog": ["crypto (createHash)"],
  "providers/transfer/notify": ["dgram", "net (isIPv6)"],
  "providers/transfer/server": ["timers/promises (setImmediate)"],
  "providers/transfer/zone": ["buffer (Buffer)", "net (BlockList, isIPv6)"],
  controller: ["timers/promises (setImmediate)"],
  "controller/responder": ["timers/promises (setImmediate)"],
  "controller/status": ["util (isDeepStrictEqual)"],
  kube: ["crypto (randomUUID)"],
  "kube/client": ["fs/promises", "https (RequestOptions)", "net (isIPv6)", "path"],
  "kube/objects": ["crypto (createHash)"],
  "kube/status": ["crypto (createHash)"],
  "kube/watch": ["timers/promises (setImmediate)"],
  folder: ["path"],
  "folder/inventory": ["crypto (createHash)", "fs", "fs/promises", "path"],
  "folder/manifest": ["crypto (createHash)"],
  "folder/output": ["crypto (createHash, randomUUID)", "fs", "fs/promises", "path"],
  "folder/state": ["crypto (randomUUID)", "fs/promises", "path"],
  "cli/config": ["path"],
  "cli/compose": ["crypto (randomBytes)", "fs/promises", "net (isIPv6)", "timers/promises"],
  "cli/compose/health": ["dns/promises", "net (isIP)", "os"],
  "cli/commands": ["crypto (randomBytes)", "events", "fs", "fs/promises", "path"],
};

interface NodeImport {
  readonly file: string;
  readonly folder: string;
  readonly module: string;
  readonly names: readonly string[];
}

const STATEMENT = /^(?:import|export)\s+(?:type\s+)?(?:\{([^}]*)\}|([^"{]*?))\s+from\s+"node:([^"]+)"/gm;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => join("src", path));
const imports = files.flatMap(nodeImportsOf);

test("every folder under src imports only the modules of Node.js that its row names", () => {
  assert.ok(imports.length > 50);
  const wrong = imports.flatMap(({ file, folder, module, names }) =>
    names.filter((name) => !isAllowed(folder, module, name)).map((name) => `${file} imports ${name} of node:${module}`),
  );
  assert.deepEqual(wrong, []);
});

test("every module and name in the table is imported", () => {
  const used = new Set(
    imports.flatMap(({ folder, module, names }) => [
      `${folder} ${module}`,
      ...names.map((name) => `${folder} ${module} ${name}`),
    ]),
  );
  const unused = Object.entries(ALLOWED).flatMap(([folder, entries]) =>
    entries.flatMap((entry) => {
      const { module, names } = parseEntry(entry);
      const keys = names === undefined ? [`${folder} ${module}`] : names.map((name) => `${folder} ${module} ${name}`);
      return keys.filter((key) => !used.has(key));
    }),
  );
  assert.deepEqual(unused, []);
});

test("the modules of Node.js in docs/architecture.md are those that are enforced", () => {
  const rows = Object.entries(ALLOWED).map(([folder, entries]) => `| ${folder} | ${entries.join(", ")} |`);
  const section = /## Modules of Node\.js\n(.*?)(?=\n## |$)/s.exec(readFileSync("docs/architecture.md", "utf8"))?.[1];
  const table = (section ?? "").split("\n").filter((line) => line.startsWith("| "));
  assert.deepEqual(table.slice(1), rows);
});

/** The one file that gets a module which the oldest supported Node.js does not have. Its types are imported at its head. */
const OPTIONAL_MODULE = join("src", "transport", "udp", "libc.ts");

test("no other file takes a module of Node.js by another way than an import at its head", () => {
  const wrong = files.filter((file) =>
    /\b(?:require|getBuiltinModule)\(|\bimport\(\s*"node:/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(wrong, [OPTIONAL_MODULE]);
});

function isAllowed(folder: string, module: string, name: string): boolean {
  return (ALLOWED[folder] ?? [])
    .map(parseEntry)
    .some((entry) => entry.module === module && (entry.names === undefined || entry.names.includes(name)));
}

function parseEntry(entry: string): { readonly module: string; readonly names: readonly string[] | undefined } {
  const [module = "", names] = entry.split(/ \(|\)$/);
  return { module, names: names?.split(", ") };
}

function nodeImportsOf(file: string): readonly NodeImport[] {
  const text = readFileSync(file, "utf8");
  const folder = relative("src", dirname(file)) || ".";
  return [...text.matchAll(STATEMENT)].map(([, named, whole = "", module = ""]) => ({
    file,
    folder,
    module,
    names: named === undefined ? [whole] : named.split(",").flatMap(importedName),
  }));
}

function importedName(text: string): readonly string[] {
  const name = text
    .trim()
    .replace(/^type /, "")
    .replace(/ as .*/, "");
  return name === "" ? [] : [name];
}
