import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Logger } from "../../../../src/base/log.ts";
import type { Condition } from "../../../../src/api/condition/condition.ts";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { createFolderInventory, type FolderInventory } from "../../../../src/folder/inventory/folder-inventory.ts";
import { createFolderReader } from "../../../../src/folder/inventory/read-folder.ts";
import { objectId, type ObjectId, type StateEntry } from "../../../../src/folder/manifest/state-entry.ts";
import type { StateFile } from "../../../../src/folder/state/state-file.ts";
import { createStatuses, type Statuses } from "../../../../src/folder/state/statuses.ts";

const INPUTS = "test/fixtures/inputs";
const READY: Condition = {
  type: "Ready",
  status: "True",
  reason: "Published",
  message: "all is well",
  observedGeneration: 1,
  lastTransitionTime: "2026-11-28T09:00:00Z",
};
const STATUS: AliasStatus = { observedGeneration: 1, conditions: [READY], hostnames: [], targets: [] };

interface World extends AsyncDisposable {
  readonly inventory: FolderInventory;
  readonly state: Map<ObjectId, StateEntry>;
  readonly statuses: Statuses;
  /** "zone dns/file", "synced", and the like, in order; tests empty it. */
  readonly told: string[];
  readonly logged: readonly string[];
  readonly folders: () => readonly string[];
  readonly edit: (file: string) => void;
  /** Ends the wait for a change. */
  readonly wake: () => void;
  readonly isListening: () => boolean;
  readonly stop: () => Promise<void>;
  /** Until something was told, or for so many turns. */
  readonly settle: (turns?: number) => Promise<void>;
}

/** The folder, with time and the state file in memory. */
function start(root: string, entries: readonly StateEntry[] = [], { readOnly = false } = {}): World {
  const state = new Map(entries.map((entry) => [objectId(entry), entry]));
  const stateFile: StateFile = {
    get: (id) => state.get(id),
    all: () => [...state.values()],
    put: (entry) => void state.set(objectId(entry), entry),
    remove: (id) => void state.delete(id),
    problem: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const statuses = createStatuses(stateFile);
  const told: string[] = [];
  const logged: string[] = [];
  const log: Logger = {
    debug: () => undefined,
    info: (_fields, message) => void logged.push(`info: ${message}`),
    warn: ({ message: problem }, message) => void logged.push(`warn: ${message} ${String(problem)}`),
    error: ({ folder }, message) => void logged.push(`error: ${message} ${String(folder)}`),
  };
  const signals = { folders: [] as readonly string[], wake: () => undefined as void };
  let now = 1_000;
  let onEdit: ((file: string) => void) | undefined;
  const inventory = createFolderInventory({
    root,
    scan: createFolderReader(root),
    state: stateFile,
    statuses,
    watch: {
      follow: (folders) => void (signals.folders = [...folders.keys()]),
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          signals.wake = resolve;
          signal.addEventListener("abort", () => resolve());
          if (signal.aborted) {
            resolve();
          }
        }),
      wake: () => undefined,
      [Symbol.dispose]: () => undefined,
    },
    files: { listen: (listener) => void (onEdit = listener) },
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
        await turn();
      },
    },
    log,
    readOnly,
    rescanMs: 30_000,
  });
  const ending = new AbortController();
  const onEvent = (event: InventoryEvent): void => void told.push(textOf(event));
  const running = inventory.run({ onEvent, onSynced: () => told.push("synced") }, ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return {
    inventory,
    state,
    statuses,
    told,
    logged,
    folders: () => signals.folders,
    edit: (file) => onEdit?.(file),
    wake: () => signals.wake(),
    isListening: () => onEdit !== undefined,
    stop,
    [Symbol.asyncDispose]: stop,
    settle: async (turns = 2_000) => {
      for (let count = 0; count < turns && told.length === 0; count += 1) {
        await turn();
      }
      await turn();
    },
  };
}

function textOf(event: InventoryEvent): string {
  switch (event.kind) {
    case "alias":
      return `alias ${event.alias.meta.namespace}/${event.alias.meta.name}${event.alias.status === undefined ? "" : " with its status"}`;
    case "zone":
      return `zone ${event.zone.meta.namespace}/${event.zone.meta.name}`;
    case "invalid":
      return `invalid ${event.manifest.key} ${event.manifest.hostnames?.join() ?? ""}`;
    case "gone":
      return `gone ${event.of} ${event.key}`;
    case "input":
      return `input ${event.zone}`;
    case "resource":
      return `resource ${event.namespace} ${event.ref.kind} ${event.ref.name} ${event.finding.kind}`;
    case "namespace":
      return `namespace ${event.name}`;
    case "unserved":
      return `unserved ${event.meta.name}`;
  }
}

/** The told lines until now, without those of inputs at the start. */
function taken({ told }: World): readonly string[] {
  return told.splice(0).filter((line) => !line.startsWith("namespace"));
}

async function synced(world: World): Promise<readonly string[]> {
  while (!world.told.includes("synced")) {
    await turn();
  }
  return taken(world);
}

/** Until something is known to be wrong. */
async function unwell({ inventory }: World): Promise<void> {
  while (inventory.problems().length === 0) {
    await turn();
  }
}

test("at the start all objects are told, and then that these are all", async () => {
  await using world = start(INPUTS);
  const lines = await synced(world);
  const objects = [
    "zone dns/file",
    "zone dns/overlay",
    "zone dns/server",
    "invalid web/invalid invalid.example.com.",
    "alias web/shop",
  ];
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("input")),
    [...objects, "synced"],
  );
  assert.equal(world.inventory.healthy(), true);
  assert.match(world.inventory.problems().join("\n"), /invalid\.yaml.*target/);
  assert.deepEqual(world.folders(), [""]);
  assert.deepEqual([...world.state.keys()].toSorted(), [
    "ConfigMap dns/base",
    "DnsAlias web/invalid",
    "DnsAlias web/shop",
    "DnsZone dns/file",
    "DnsZone dns/overlay",
    "DnsZone dns/server",
  ]);
  await world.stop();
  assert.equal(world.isListening(), false);
});

test("a command that only reads has the problems, and none is logged", async () => {
  await using world = start(INPUTS, [], { readOnly: true });
  await synced(world);
  assert.match(world.inventory.problems().join("\n"), /invalid\.yaml.*target/);
  assert.deepEqual(world.logged, []);
});

test("a look at an unchanged folder tells nothing, and what is invalid is logged once", async () => {
  await using world = start(INPUTS);
  await synced(world);
  const logged = [...world.logged];
  assert.ok(logged.length > 0 && logged.every((line) => /^warn: manifest not usable .*invalid\.yaml/.test(line)));
  world.wake();
  await world.settle(300);
  assert.deepEqual(taken(world), []);
  assert.deepEqual(world.logged, logged);
});

test("texts of ConfigMaps and Secrets are those of the manifests, and what is missing is said", async () => {
  await using world = start(INPUTS);
  await synced(world);
  const { configMapText, secretText } = world.inventory;
  assert.equal(configMapText("dns", "base", "zone"), "@ 60 IN A 192.0.2.1");
  assert.equal(configMapText("dns", "base", "toString"), undefined);
  assert.equal(configMapText("dns", "pdns", "key"), undefined);
  assert.equal(configMapText("web", "base", "zone"), undefined);
  assert.deepEqual(secretText("dns", { name: "pdns", key: "key" }), { kind: "ok", text: "k3y" });
  const missing: readonly (readonly [namespace: string, name: string, key: string, message: string])[] = [
    ["web", "pdns", "key", "Secret web/pdns is not in the manifests: add it with the key key"],
    ["dns", "base", "zone", "Secret dns/base is not in the manifests: add it with the key zone"],
    ["dns", "pdns", "other", "Secret dns/pdns has no key other"],
    ["dns", "pdns", "toString", "Secret dns/pdns has no key toString"],
    [
      "dns",
      "pdns",
      "invalid",
      "Secret dns/pdns has no base64 text (plain text belongs in stringData) under the key invalid",
    ],
  ];
  for (const [namespace, name, key, message] of missing) {
    assert.deepEqual(secretText(namespace, { name, key }), { kind: "refused", reason: "SecretMissing", message });
  }
  await world.stop();
});

test("a file that someone else edits is told as an input of the zones that are written to it", async () => {
  await using world = start(INPUTS);
  await synced(world);
  for (const [file, want] of [
    ["example.com.zone", ["input dns/file"]],
    ["x.server", ["input dns/overlay"]],
    ["other.zone", []],
  ] as const) {
    world.edit(file);
    assert.deepEqual(taken(world), [], "not at once");
    await world.settle(20);
    assert.deepEqual(taken(world), want);
  }
  world.edit("x.server");
  await world.stop();
  await world.settle(20);
  assert.deepEqual(taken(world), [], "nothing is told after the end");
});

test("a status that was written is told with its object", async () => {
  await using world = start(INPUTS);
  assert.ok((await synced(world)).includes("alias web/shop"));
  assert.equal(world.statuses.set({ kind: "DnsAlias", key: "web/shop", status: STATUS }), true);
  assert.deepEqual(taken(world), [], "not at once");
  await world.settle(20);
  assert.deepEqual(taken(world), ["alias web/shop with its status"]);
  await world.stop();
});

test("an object that the state file remembers and the folder doesn't have is told of, and that it is gone", async () => {
  const entry: StateEntry = {
    kind: "DnsAlias",
    namespace: "web",
    name: "former",
    file: "inputs.yaml",
    identity: { generation: 3, createdAt: 7, specHash: "" },
    object: {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "former", namespace: "web" },
      spec: { hostnames: ["former.example.com"], targets: [{ hostname: "cdn.test" }] },
    },
  };
  await using world = start(INPUTS, [entry]);
  const lines = await synced(world);
  assert.deepEqual(lines.slice(-3), ["synced", "alias web/former", "gone DnsAlias web/former"], lines.join());
  assert.ok(!world.state.has("DnsAlias web/former"));
  await world.stop();

  await using unreadable = start("test/fixtures/no-such-folder", [entry]);
  assert.deepEqual(await synced(unreadable), ["alias web/former", "synced"]);
  assert.equal(unreadable.inventory.healthy(), false);
  assert.match(unreadable.inventory.problems().join("\n"), /no-such-folder/);
  await unreadable.stop();
});

test("a folder that can't be read and of which nothing is known is waited for", async () => {
  await using world = start("test/fixtures/no-such-folder");
  await unwell(world);
  assert.deepEqual(taken(world), []);
  await world.settle(20);
  world.wake();
  await world.settle(300);
  assert.deepEqual(taken(world), []);
  assert.equal(world.inventory.healthy(), false);
  const [logged = "", ...more] = world.logged.filter((line) => line.startsWith("error"));
  assert.match(logged, /^error: cannot read manifest folder.*no-such-folder$/);
  assert.deepEqual(more, [], "it is logged once");
  await world.stop();
  assert.deepEqual(taken(world), [], "an end isn't the end of the first look");
});
