import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import { advance, type Catalog } from "../../../../src/folder/inventory/known-objects.ts";
import { eventsBetween } from "../../../../src/folder/inventory/inventory-events.ts";
import { remember, rememberedCatalog } from "../../../../src/folder/inventory/restore-objects.ts";
import { objectId, parseState, stateText, type StateEntry } from "../../../../src/folder/manifest/state-entry.ts";
import { validateFile } from "../../../../src/folder/manifest/validate-file.ts";
import type { StateFile } from "../../../../src/folder/state/state-file.ts";
import { createStatuses, type Statuses } from "../../../../src/folder/state/statuses.ts";

const NONE: Catalog = new Map();
const STATUS: AliasStatus = { observedGeneration: 1, conditions: [], hostnames: [], targets: [] };

const alias = (name: string, hostname = "example.com"): string =>
  `apiVersion: dnsalias.io/v1alpha1\nkind: DnsAlias\nmetadata: {name: ${name}, namespace: web}\nspec: {hostnames: [${hostname}], targets: [{hostname: cdn.test}]}\n---\n`;
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\nstringData: {key: hunter2}\n---\n";

interface Memory {
  readonly state: StateFile;
  readonly statuses: Statuses;
  readonly puts: string[];
  text(): string;
}

function memory(text = stateText([])): Memory {
  const read = parseState(text);
  const entries = new Map((read.kind === "ok" ? read.entries : []).map((entry) => [objectId(entry), entry]));
  const puts: string[] = [];
  const state: StateFile = {
    get: (id) => entries.get(id),
    all: () => [...entries.values()],
    put: (entry: StateEntry) => {
      puts.push(objectId(entry));
      entries.set(objectId(entry), entry);
    },
    remove: (id) => void entries.delete(id),
    problem: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    state,
    statuses: createStatuses(state),
    puts,
    text: () => stateText([...entries.values()].map((entry) => JSON.stringify(entry))),
  };
}

function look(before: Catalog, files: Readonly<Record<string, string>>, now = 1000): Catalog {
  const view = {
    files: new Map(Object.entries(files).map(([file, text]) => [file, validateFile(file, text)])),
    unreadable: [],
  };
  return advance(before, view, now).catalog;
}

test("after a restart the objects are what they were: nothing is new, nothing is gone", () => {
  const before = memory();
  const catalog = look(NONE, { "a.yaml": alias("a") + alias("b") });
  remember(before, NONE, catalog);
  const after = memory(before.text());
  assert.deepEqual([...rememberedCatalog(after.state).keys()], ["DnsAlias web/a", "DnsAlias web/b"]);
  assert.deepEqual(eventsBetween(catalog, rememberedCatalog(after.state)), []);
});

test("an object whose file is wrong after a restart keeps its last good form", () => {
  const before = memory();
  remember(before, NONE, look(NONE, { "a.yaml": alias("a") }));
  const catalog = look(rememberedCatalog(memory(before.text()).state), { "a.yaml": "a: [1\n" }, 9000);
  assert.deepEqual(
    eventsBetween(NONE, catalog).map(({ kind }) => kind),
    ["namespace", "alias", "invalid"],
  );
});

test("only what changed is written: content, generation, or the file that it is in", () => {
  const kept = memory();
  const first = look(NONE, { "a.yaml": alias("a"), "b.yaml": alias("b") });
  remember(kept, NONE, first);
  assert.deepEqual(kept.puts.splice(0), ["DnsAlias web/a", "DnsAlias web/b"]);
  remember(kept, first, look(first, { "a.yaml": alias("a"), "b.yaml": alias("b") }));
  assert.deepEqual(kept.puts, []);
  const edited = look(first, { "a.yaml": alias("a", "example.org"), "b.yaml": alias("b") });
  remember(kept, first, edited);
  assert.deepEqual(kept.puts.splice(0), ["DnsAlias web/a"]);
  const labelled = look(edited, {
    "a.yaml": alias("a", "example.org"),
    "b.yaml": alias("b").replace("namespace: web", "namespace: web, labels: {x: z}"),
  });
  remember(kept, edited, labelled);
  assert.deepEqual(kept.puts.splice(0), ["DnsAlias web/b"]);
  remember(
    kept,
    labelled,
    look(labelled, {
      "c.yaml": alias("a", "example.org"),
      "b.yaml": alias("b").replace("namespace: web", "namespace: web, labels: {x: z}"),
    }),
  );
  assert.deepEqual(kept.puts, ["DnsAlias web/a"]);
});

test("a status stays through an edit of its object, and goes with it", () => {
  const kept = memory();
  const first = look(NONE, { "a.yaml": alias("a") });
  remember(kept, NONE, first);
  kept.statuses.set({ kind: "DnsAlias", key: "web/a", status: STATUS });
  const edited = look(first, { "a.yaml": alias("a", "example.org") });
  remember(kept, first, edited);
  assert.deepEqual(kept.state.get("DnsAlias web/a")?.status, STATUS);
  remember(kept, edited, NONE);
  assert.deepEqual([kept.state.all(), kept.statuses.alias("web/a")], [[], undefined]);
});

test("of a Secret nothing is written, and what comes after it is", () => {
  const kept = memory();
  remember(
    kept,
    NONE,
    look(NONE, { "a.yaml": SECRET + alias("z") + "apiVersion: v1\nkind: Namespace\nmetadata: {name: zone}\n" }),
  );
  assert.deepEqual(kept.puts, ["DnsAlias web/z", "Namespace /zone"]);
  assert.doesNotMatch(kept.text(), /hunter2|Secret/);
});

test("a manifest that this version can't read is kept over restarts, and says which domain is reserved", () => {
  const text = stateText([
    JSON.stringify({
      kind: "DnsZone",
      namespace: "dns",
      name: "com",
      file: "zone.yaml",
      identity: { specHash: "x", generation: 4, createdAt: 500 },
      object: {
        apiVersion: "dnsalias.io/v1alpha1",
        kind: "DnsZone",
        metadata: { namespace: "dns", name: "com" },
        spec: { domain: "example.com", provider: { later: {} } },
      },
    }),
  ]);
  const kept = memory(text);
  const { state, statuses } = kept;
  const before = rememberedCatalog(state);
  const view = {
    files: new Map([["zone.yaml", validateFile("zone.yaml", "spec: [1, 2\n")]]),
    unreadable: [],
  };
  const { catalog } = advance(before, view, 1000);
  remember({ state, statuses }, before, catalog);
  const events = eventsBetween(NONE, catalog).filter(({ kind }) => kind !== "namespace");
  assert.deepEqual(
    events.map((event) => event.kind === "invalid" && [event.manifest.key, event.manifest.zone]),
    [["dns/com", { domain: "example.com.", allowedNamespaces: { from: "Same" }, createdAt: 500, annotations: {} }]],
  );
  assert.equal(kept.text(), text);
});
