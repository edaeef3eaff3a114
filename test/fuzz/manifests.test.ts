import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../support/property.ts";
import { validateFile, type FileContent } from "../../src/folder/manifest/validate-file.ts";
import { parseState } from "../../src/folder/manifest/state-entry.ts";

/** Enough to find what is easy to find, and over in seconds; a longer run is `FUZZ_RUNS=100000 npm run test:fuzz`. */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 500);

const SEEDS: readonly string[] = [
  `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata:
  name: shop
  namespace: web
  labels: {app.kubernetes.io/part-of: shop}
spec:
  hostnames:
    - example.com
    - "*.example.com"
  targets:
    - hostname: d111.cloudfront.net
    - addresses: [203.0.113.7, "2001:db8::7"]
  ipFamilies: [IPv4, IPv6]
  ttl: {min: 30, max: 300}
  onEmpty: Keep
  maxStaleness: 24h
`,
  `apiVersion: v1
kind: List
items:
- apiVersion: dnsalias.io/v1alpha1
  kind: DnsZone
  metadata: &meta {name: com, namespace: dns}
  spec:
    domain: example.com
    provider:
      coreDNS:
        zoneFile:
          baseZone:
            inline: |
              @ IN SOA ns hostmaster 1 2 3 4 5
- apiVersion: v1
  kind: ConfigMap
  metadata: *meta
  data: {a: b}
---
apiVersion: v1
kind: Namespace
metadata: {name: web, labels: {dns: public}}
`,
  '{"apiVersion":"dnsalias.io/v1alpha1","kind":"DnsAlias","metadata":{"name":"a"},"spec":{"hostnames":["a.example"],"targets":[{"hostname":"b.example"}]}}',
];

/** Pieces that mean something in YAML, or to us. */
const TOKENS: readonly string[] = [
  "---\n",
  "...\n",
  "- ",
  ": ",
  "? ",
  "&a ",
  "*a",
  "*b",
  "!!binary ",
  "!!set ",
  "!!omap ",
  "<<: ",
  "|\n",
  ">-\n",
  "#",
  "[",
  "]",
  "{",
  "}",
  ",",
  '"',
  "'",
  "\n",
  "\n  ",
  "\t",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\ud800",
  "%YAML 9.9\n---\n",
  "null",
  "~",
  "true",
  ".nan",
  ".inf",
  "-0",
  "1e999",
  "0x1F",
  "2026-11-24",
  "__proto__: ",
  "constructor: ",
  "kind: ",
  "metadata: ",
  "name: ",
  "spec: ",
  "hostnames: ",
  "items: ",
  "kind: List\n",
  "kind: DnsAlias\n",
  "apiVersion: v1\n",
];

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(30),
  put: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 8, unit: "binary" }), fc.constant("")),
});

const mutated = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([seed, edits]) => edits.reduce(applied, seed));

const tokens = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((parts) => parts.join(""));
const anything = fc.string({ maxLength: 400, unit: "binary" });

function applied(text: string, { at, cut, put }: Edit): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + put + text.slice(start + cut);
}

const PLACE = /^f\.yaml:([1-9]\d*):([1-9]\d*): \S/;

/** What must hold of any file whatever. */
function check(text: string): void {
  const content = validateFile("f.yaml", text);
  const lines = text.split(/\r\n|\r|\n/);
  for (const problem of problemsOf(content)) {
    const [, line = "", column = ""] = PLACE.exec(problem) ?? assert.fail(`no place in: ${problem}`);
    const inLine = lines[Number(line) - 1] ?? assert.fail(`the text has ${lines.length} lines: ${problem}`);
    assert.ok(Number(column) <= inLine.length + 2, `the line has ${inLine.length} columns: ${problem}`);
  }
  assert.equal(content.complete, content.problems.length === 0);
  for (const { id, kind, namespace, name, result: verdict } of content.objects) {
    assert.equal(id, `${kind} ${namespace}/${name}`);
    assert.ok(verdict.kind === "good" || verdict.problems.length > 0);
  }
  assert.deepEqual(ids(validateFile("f.yaml", text)), ids(content));
}

function problemsOf({ problems, objects }: FileContent): readonly string[] {
  return [
    ...problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
    ...objects.flatMap(({ result: verdict }) => (verdict.kind === "invalid" ? verdict.problems : [])),
  ];
}

function ids({ objects }: FileContent): readonly string[] {
  return objects.map(({ id, fingerprint, result: verdict }) => `${id} ${fingerprint} ${verdict.kind}`);
}

test("the seeds are good, so that mutations start from something that is believed", () => {
  for (const seed of SEEDS) {
    const content = validateFile("f.yaml", seed);
    assert.deepEqual(problemsOf(content), []);
    assert.ok(content.objects.length > 0);
  }
});

test("mutated manifests never throw, and every problem has its place", () => {
  fc.assert(fc.property(mutated, check), { numRuns });
});

test("random YAML never throws, and every problem has its place", () => {
  fc.assert(fc.property(tokens, check), { numRuns });
});

test("random text never throws, and every problem has its place", () => {
  fc.assert(fc.property(anything, check), { numRuns });
});

test("any JSON in the place of a spec is judged, never thrown at", () => {
  const manifest = fc.tuple(fc.constantFrom("DnsAlias", "DnsZone"), fc.jsonValue({ maxDepth: 5 }), fc.jsonValue());
  fc.assert(
    fc.property(manifest, ([kind, spec, labels]) => {
      const object = { apiVersion: "dnsalias.io/v1alpha1", kind, metadata: { name: "a", labels }, spec };
      check(JSON.stringify(object, undefined, 2));
    }),
    { numRuns },
  );
});

test("nothing reached the prototypes", () => {
  assert.equal(Reflect.get({}, "polluted"), undefined);
  assert.deepEqual(Object.keys(Object.prototype), []);
});

test("random and mutated state files are read or called damaged", () => {
  const entry =
    '{"kind":"DnsAlias","namespace":"a","name":"b","file":"c","identity":{"specHash":"x","generation":1,"createdAt":5}}';
  const state = fc
    .array(edit, { minLength: 0, maxLength: 3 })
    .map((edits) => edits.reduce(applied, `{"schemaVersion":1,"objects":[${entry},${entry}]}`));
  fc.assert(
    fc.property(fc.oneof(state, anything, fc.json()), (text) => {
      const read = parseState(text);
      assert.ok(read.kind === "ok" || read.message.length > 0);
    }),
    { numRuns },
  );
});
