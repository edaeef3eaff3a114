import assert from "node:assert/strict";
import { test } from "node:test";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { advance, SETTLE_MS, type Catalog, type FolderView } from "../../../../src/folder/inventory/known-objects.ts";
import { eventsBetween } from "../../../../src/folder/inventory/inventory-events.ts";
import { validateFile } from "../../../../src/folder/manifest/validate-file.ts";
import { problemText } from "../../../../src/folder/manifest/parse-manifests.ts";

const NONE: Catalog = new Map();

function alias(name: string, hostname = "example.com", namespace = "web"): string {
  return `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: ${name}, namespace: ${namespace}}
spec: {hostnames: [${hostname}], targets: [{hostname: d111.example.net}]}
---
`;
}

function zone(base: string): string {
  return `apiVersion: dnsalias.io/v1alpha1
kind: DnsZone
metadata: {name: com, namespace: dns}
spec: {domain: example.com, provider: {coreDNS: {zoneFile: {baseZone: ${base}}}}}
---
`;
}

const BROKEN = "a: [1, 2\n";

function view(files: Readonly<Record<string, string>>, unreadable: readonly string[] = []): FolderView {
  return {
    files: new Map(Object.entries(files).map(([file, text]) => [file, validateFile(file, text)])),
    unreadable,
  };
}

function from(files: Readonly<Record<string, string>>): Catalog {
  return advance(NONE, view(files), 1000).catalog;
}

function told(events: readonly InventoryEvent[]): readonly string[] {
  return events.map((event) => {
    switch (event.kind) {
      case "alias":
        return `alias ${event.alias.meta.uid} g${event.alias.meta.generation} ${event.alias.spec.hostnames.join(",")}`;
      case "zone":
        return `zone ${event.zone.meta.uid} g${event.zone.meta.generation}`;
      case "namespace":
        return `namespace ${event.name} ${JSON.stringify(event.labels)}`;
      case "gone":
        return `gone ${event.of} ${event.key}`;
      case "invalid":
        return `bad ${event.manifest.key} g${event.manifest.generation}: ${event.manifest.problems.join("; ")}`;
      case "input":
        return `input ${event.zone}`;
      case "resource":
        return `resource ${event.namespace} ${event.ref.kind} ${event.ref.name} ${event.finding.kind}`;
      case "unserved":
        return `unserved ${event.meta.uid}`;
    }
  });
}

const ids = (catalog: Catalog): readonly string[] => [...catalog.keys()];

test("the first look tells namespaces, zones and aliases, in this order and sorted", () => {
  const catalog = from({ "b.yaml": alias("shop") + alias("blog"), "a.yaml": zone("{inline: '@ A 192.0.2.1'}") });
  assert.deepEqual(told(eventsBetween(NONE, catalog)), [
    'namespace dns {"kubernetes.io/metadata.name":"dns"}',
    'namespace web {"kubernetes.io/metadata.name":"web"}',
    "zone dns/com g1",
    "alias web/blog g1 example.com.",
    "alias web/shop g1 example.com.",
  ]);
});

test("a second look at the same folder tells nothing", () => {
  const before = from({ "a.yaml": alias("shop") });
  const after = advance(before, view({ "a.yaml": alias("shop") }), 999_999).catalog;
  assert.deepEqual(eventsBetween(before, after), []);
});

test("order of keys, comments and layout are no change; a changed spec is a new generation, a changed label is not", () => {
  const before = from({ "a.yaml": alias("shop") });
  const json = JSON.stringify({
    spec: { targets: [{ hostname: "d111.example.net" }], hostnames: ["example.com"] },
    metadata: { namespace: "web", name: "shop" },
    kind: "DnsAlias",
    apiVersion: "dnsalias.io/v1alpha1",
  });
  const same = advance(before, view({ "a.json": json }), 2000).catalog;
  assert.deepEqual(told(eventsBetween(before, same)), []);
  const edited = advance(same, view({ "a.json": alias("shop", "example.org") }), 3000).catalog;
  assert.deepEqual(told(eventsBetween(same, edited)), ["alias web/shop g2 example.org."]);
  const labelled = alias("shop", "example.org").replace("namespace: web", "namespace: web, labels: {a: b}");
  const after = advance(edited, view({ "a.json": labelled }), 4000).catalog;
  assert.deepEqual(told(eventsBetween(edited, after)), ["alias web/shop g2 example.org."]);
});

test("an object that is in no file is gone only after it was missing for a while", () => {
  const before = from({ "a.yaml": alias("shop"), "b.yaml": alias("blog") });
  const first = advance(before, view({ "b.yaml": alias("blog") }), 5000);
  assert.deepEqual([first.catalog.size, first.unsettled], [2, true]);
  assert.deepEqual(eventsBetween(before, first.catalog), []);
  const soon = advance(first.catalog, view({ "b.yaml": alias("blog") }), 5000 + SETTLE_MS - 1);
  assert.deepEqual(eventsBetween(before, soon.catalog), []);
  const later = advance(soon.catalog, view({ "b.yaml": alias("blog") }), 5000 + SETTLE_MS);
  assert.deepEqual(told(eventsBetween(before, later.catalog)), ["gone DnsAlias web/shop"]);
  assert.equal(later.unsettled, false);
});

test("an object that comes back in time was never away, and the clock of its absence starts anew", () => {
  const before = from({ "a.yaml": alias("shop") });
  const away = advance(before, view({ "a.yaml": "" }), 5000);
  const back = advance(away.catalog, view({ "a.yaml": alias("shop") }), 5500);
  assert.deepEqual([eventsBetween(before, back.catalog), back.unsettled], [[], false]);
  const again = advance(back.catalog, view({ "a.yaml": "" }), 5900 + SETTLE_MS);
  assert.equal(again.catalog.size, 1);
});

interface HoldCase {
  readonly name: string;
  readonly view: FolderView;
}

const holds: readonly HoldCase[] = [
  { name: "its file is no longer YAML", view: view({ "sub/a.yaml": BROKEN }) },
  { name: "its file holds an object without a name", view: view({ "sub/a.yaml": alias("''") }) },
  { name: "its file cannot be read", view: view({}, ["sub/a.yaml"]) },
  { name: "the sub-folder of its file cannot be read", view: view({}, ["sub"]) },
  { name: "the whole folder cannot be read", view: view({}, [""]) },
];

for (const { name, view: seen } of holds) {
  test(`an object stands for ever while ${name}`, () => {
    const before = from({ "sub/a.yaml": alias("shop") });
    const first = advance(before, seen, 5000);
    const later = advance(first.catalog, seen, 5_000_000);
    assert.deepEqual([ids(later.catalog), later.unsettled], [["DnsAlias web/shop"], false]);
    assert.deepEqual(
      eventsBetween(before, later.catalog).filter(({ kind }) => kind === "gone" || kind === "namespace"),
      [],
    );
    const mended = advance(later.catalog, view({ "sub/a.yaml": alias("shop") }), 5_000_001);
    assert.equal(mended.catalog.get("DnsAlias web/shop")?.identity.createdAt, 1000);
    assert.equal(mended.catalog.get("DnsAlias web/shop")?.invalid, undefined);
  });
}

test("a folder whose name only begins alike is not the unreadable one", () => {
  const before = from({ "sub2/a.yaml": alias("shop") });
  const first = advance(before, view({}, ["sub"]), 5000);
  assert.equal(advance(first.catalog, view({}, ["sub"]), 5000 + SETTLE_MS).catalog.size, 0);
});

test("a broken file is told on each object that it held, with its place, and the rest goes on", () => {
  const before = from({ "a.yaml": alias("shop"), "b.yaml": alias("blog") });
  const seen = view({ "a.yaml": BROKEN, "b.yaml": alias("blog", "blog.example.com") });
  const { catalog, problems } = advance(before, seen, 5000);
  const events = told(eventsBetween(before, catalog));
  assert.deepEqual(events.slice(0, 2), ["alias web/blog g2 blog.example.com.", "alias web/shop g1 example.com."]);
  assert.match(events[2] ?? "", /^bad web\/shop g1: a\.yaml:2:1: not YAML: /);
  assert.match(problems.map(problemText).join(), /^a\.yaml:2:1: not YAML: /);
});

test("a bad edit of one object keeps its last good form beside the problem", () => {
  const before = from({ "a.yaml": alias("shop") + alias("blog") });
  const seen = view({ "a.yaml": alias("shop", "'not a name'") + alias("blog") });
  const { catalog } = advance(before, seen, 5000);
  const events = told(eventsBetween(before, catalog));
  assert.equal(events[0], "alias web/shop g2 example.com.");
  assert.match(events[1] ?? "", /^bad web\/shop g2: a\.yaml:4:20: spec\.hostnames\[0\]/);
  const reverted = advance(catalog, view({ "a.yaml": alias("shop") + alias("blog") }), 6000);
  assert.deepEqual(told(eventsBetween(catalog, reverted.catalog)), ["alias web/shop g3 example.com."]);
});

test("a changed domain of a DnsZone is an invalid edit, as at the API server, and its last form remains", () => {
  const before = from({ "a.yaml": zone("{inline: x}") });
  const edited = zone("{inline: x}").replace("example.com", "example.org");
  const after = advance(before, view({ "a.yaml": edited }), 2000).catalog;
  assert.deepEqual(told(eventsBetween(before, after)), [
    "zone dns/com g2",
    'bad dns/com g2: a.yaml:1:1: spec.domain: "example.org": the domain of a DnsZone is immutable: create another DnsZone for the other domain',
  ]);
  const known = after.get("DnsZone dns/com")?.good?.manifest;
  assert.equal(known?.kind === "DnsZone" && known.value.spec.domain, "example.com.");
  const back = advance(after, view({ "a.yaml": zone("{inline: x}") }), 3000).catalog;
  assert.deepEqual(told(eventsBetween(after, back)).slice(-1), ["zone dns/com g3"]);
  const respelled = zone("{inline: x}").replace("example.com", "Example.com.");
  assert.deepEqual(
    advance(before, view({ "a.yaml": respelled }), 2000).catalog.get("DnsZone dns/com")?.invalid,
    undefined,
  );
});

test("an object that was never good is bad alone", () => {
  const catalog = from({ "a.yaml": alias("shop", "'not a name'") });
  const kinds = eventsBetween(NONE, catalog).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["namespace", "invalid"]);
});

test("of two objects with one name the first by path stands, and the second is named with both places", () => {
  const { catalog, problems } = advance(
    NONE,
    view({ "b.yaml": alias("shop", "b.example"), "a.yaml": `\n${alias("shop", "a.example")}` }),
    1000,
  );
  assert.equal(catalog.get("DnsAlias web/shop")?.file, "a.yaml");
  assert.deepEqual(problems.map(problemText), [
    "b.yaml:1:1: DnsAlias web/shop is already defined at a.yaml:2:1; this one is ignored",
  ]);
});

test("one name twice in one file is the same mistake", () => {
  const { problems } = advance(NONE, view({ "a.yaml": alias("shop") + alias("shop") }), 1000);
  assert.deepEqual(problems.map(problemText), [
    "a.yaml:6:1: DnsAlias web/shop is already defined at a.yaml:1:1; this one is ignored",
  ]);
});

test("the object that stood first stands on, though a file that comes before it by path has the name too", () => {
  const before = from({ "b.yaml": alias("shop") });
  const both = advance(before, view({ "a.yaml": alias("shop", "a.example"), "b.yaml": alias("shop") }), 2000);
  assert.deepEqual([eventsBetween(before, both.catalog), both.problems[0]?.file], [[], "a.yaml"]);
  const moved = advance(both.catalog, view({ "a.yaml": alias("shop", "a.example") }), 3000);
  assert.deepEqual(told(eventsBetween(both.catalog, moved.catalog)), ["alias web/shop g2 a.example."]);
});

test("a changed ConfigMap hurries the zones whose base it is, and no others", () => {
  const map = (text: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base, namespace: dns}\ndata: {zone: "${text}"}\n`;
  const files = (text: string) => ({
    "a.yaml": zone("{configMapKeyRef: {name: base, key: zone}}"),
    "b.yaml": zone("{inline: '@ A 192.0.2.1'}").replace("name: com", "name: org"),
    "c.yaml": map(text),
  });
  const before = from(files("one"));
  const after = advance(before, view(files("two")), 2000).catalog;
  assert.deepEqual(told(eventsBetween(before, after)), ["input dns/com"]);
  const { "c.yaml": _, ...without } = files("two");
  const gone = advance(advance(after, view(without), 3000).catalog, view(without), 3000 + SETTLE_MS).catalog;
  assert.deepEqual(told(eventsBetween(after, gone)), ["input dns/com"]);
});

test("labels of a Namespace document reach the namespace, and go with it", () => {
  const ns = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web, labels: {dns: public}}\n";
  const before = from({ "a.yaml": alias("shop"), "n.yaml": ns });
  assert.deepEqual(told(eventsBetween(NONE, before)).slice(0, 1), [
    'namespace web {"dns":"public","kubernetes.io/metadata.name":"web"}',
  ]);
  const away = advance(before, view({ "a.yaml": alias("shop") }), 2000).catalog;
  const gone = advance(away, view({ "a.yaml": alias("shop") }), 2000 + SETTLE_MS).catalog;
  assert.deepEqual(told(eventsBetween(before, gone)), ['namespace web {"kubernetes.io/metadata.name":"web"}']);
});

test("metadata that only an apiserver can know is not taken from a file", () => {
  const text = alias("shop").replace(
    "namespace: web",
    "namespace: web, uid: x, generation: 99, resourceVersion: '7', deletionTimestamp: '2020-01-01T00:00:00Z', finalizers: [a]",
  );
  const [, event] = eventsBetween(NONE, from({ "a.yaml": text }));
  assert.deepEqual(event?.kind === "alias" ? event.alias.meta : undefined, {
    namespace: "web",
    name: "shop",
    uid: "web/shop",
    generation: 1,
    createdAt: 1000,
    labels: {},
    annotations: {},
    finalizers: [],
    resourceVersion: "",
  });
});

test("of an object that was never valid, the names are told that it may have", () => {
  const files = {
    "zone.yaml": zone("{inline: 7}").replace(
      "metadata: {",
      'metadata: {annotations: {"dnsalias.io/allow-zone": "a/b"}, ',
    ),
    "alias.yaml": alias("a", "shop.example.com").replace("targets:", "targetz:"),
  };
  const invalid = eventsBetween(NONE, from(files)).flatMap((event) =>
    event.kind === "invalid" ? [event.manifest] : [],
  );
  assert.deepEqual(
    invalid.map(({ kind, hostnames, zone: read }) => ({ kind, hostnames, read })),
    [
      {
        kind: "DnsZone",
        hostnames: undefined,
        read: {
          domain: "example.com.",
          allowedNamespaces: { from: "Same" },
          createdAt: 1000,
          annotations: { "dnsalias.io/allow-zone": "a/b" },
        },
      },
      { kind: "DnsAlias", hostnames: ["shop.example.com."], read: undefined },
    ],
  );
});
