import assert from "node:assert/strict";
import { test } from "node:test";
import { validateFile } from "../../../../src/folder/manifest/validate-file.ts";
import { MAX_FILE_SIZE, problemText, readManifests } from "../../../../src/folder/manifest/parse-manifests.ts";
import { cpuMs } from "../../../support/cpu-time.ts";

const ALIAS = `apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata:
  name: shop
  namespace: web
spec:
  hostnames: [example.com]
  targets:
    - hostname: d111.cloudfront.net
`;

interface ReadCase {
  readonly name: string;
  readonly text: string;
  readonly documents?: readonly string[];
  readonly problems?: readonly string[];
  readonly ignored?: readonly string[];
}

const cases: readonly ReadCase[] = [
  { name: "one object", text: ALIAS, documents: ["DnsAlias web/shop"] },
  {
    name: "several documents, empty ones and comments between",
    text: `# all of the shop\n---\n${ALIAS}---\n---\n# nothing\n---\n${ALIAS.replace("shop", "blog")}`,
    documents: ["DnsAlias web/shop", "DnsAlias web/blog"],
  },
  {
    name: "JSON",
    text: '{"apiVersion":"dnsalias.io/v1alpha1","kind":"DnsZone","metadata":{"name":"z"},"spec":{}}',
    documents: ["DnsZone default/z"],
  },
  {
    name: "the List that kubectl get -o yaml prints",
    text: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: web}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: base, namespace: dns}\n`,
    documents: ["Namespace /web", "ConfigMap dns/base"],
  },
  {
    name: "a list of one kind, whose items lack kind and apiVersion",
    text: "apiVersion: dnsalias.io/v1alpha1\nkind: DnsZoneList\nitems:\n- metadata: {name: a}\n- metadata: {name: b, namespace: dns}\n",
    documents: ["DnsZone default/a", "DnsZone dns/b"],
  },
  {
    name: "a kind of our group that does not exist, in a list too",
    text: `${ALIAS.replace("DnsAlias", "DnsAlais")}---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: dnsalias.io/v1alpha1\n  kind: Zone\n`,
    problems: [
      'f.yaml:2:7: kind: "DnsAlais": there is no such kind in dnsalias.io: did you mean DnsAlias?',
      'f.yaml:15:9: kind: "Zone": there is no such kind in dnsalias.io: there are DnsAlias and DnsZone',
    ],
  },
  {
    name: "a List without items, a List in a List, and an item that is no object",
    text: "apiVersion: v1\nkind: List\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: []}\n- 1\n",
    problems: [
      "f.yaml:1:1: List: items must be a list of objects",
      "f.yaml:7:3: a List in a list is not read: move its items one level up",
      "f.yaml:8:3: kind and apiVersion are missing or not text, so this is not a manifest",
    ],
  },
  {
    name: "JSON objects one after the other, each with its place",
    text: '{"apiVersion":"v1","kind":"Namespace",\n"metadata":{"name":"web"}}\n{"apiVersion":"v1","kind":"Namespace",\n"metadata":{"name":7}}\n',
    documents: ["Namespace /web"],
    problems: ['f.yaml:4:20: Namespace: metadata.name is 7; expected: text of lower-case letters, digits, "-" and "."'],
  },
  {
    name: "every mistake in the YAML of a document",
    text: `${ALIAS}  ttl: {min: .inf, max: !!int x}\n  onEmpty: *none\n`,
    problems: [
      "f.yaml:10:14: JSON has no such number",
      "f.yaml:10:31: this is not an integer, which its tag requires",
      "f.yaml:11:12: the anchor of this alias is not defined before it",
    ],
  },
  {
    name: "a control character",
    text: ALIAS.replace("shop", "sh\u0007op"),
    problems: ["f.yaml:4:11: not YAML: this character is not allowed"],
  },
  {
    name: "other kinds, and other groups' kinds of our names, are ignored",
    text: "apiVersion: apps/v1\nkind: Deployment\n---\napiVersion: other.io/v1\nkind: DnsZone\n",
    ignored: ["apps/v1 Deployment", "other.io/v1 DnsZone"],
  },
  { name: "an empty file", text: "" },
  { name: "a comment alone", text: "# nothing yet\n" },
  { name: "a byte order mark is no part of the text", text: `\ufeff${ALIAS}`, documents: ["DnsAlias web/shop"] },
  { name: "CRLF", text: ALIAS.replaceAll("\n", "\r\n"), documents: ["DnsAlias web/shop"] },
  {
    name: "a document that is no mapping",
    text: "- a\n- b\n",
    problems: ["f.yaml:1:1: a manifest is a mapping that begins with apiVersion and kind"],
  },
  {
    name: "no kind",
    text: "\n\nfoo: bar\n",
    problems: ["f.yaml:3:1: kind and apiVersion are missing or not text, so this is not a manifest"],
  },
  {
    name: "a name that is a number points at the number",
    text: ALIAS.replace("name: shop", "name: 123"),
    problems: ['f.yaml:4:9: DnsAlias: metadata.name is 123; expected: text of lower-case letters, digits, "-" and "."'],
  },
  {
    name: "no name points at metadata",
    text: ALIAS.replace("  name: shop\n", ""),
    problems: [
      'f.yaml:3:1: DnsAlias: metadata.name is missing; expected: text of lower-case letters, digits, "-" and "."',
    ],
  },
  {
    name: "a namespace that is no name points at itself",
    text: ALIAS.replace("namespace: web", "namespace: Web_1"),
    problems: [
      'f.yaml:5:14: DnsAlias: metadata.namespace is "Web_1"; expected: text of lower-case letters, digits, "-" and "."',
    ],
  },
  {
    name: "what is wrong with a Secret is told without its text",
    text: "apiVersion: v1\nkind: Secret\nmetadata: {name: S3cret_}\n",
    problems: [
      'f.yaml:3:18: Secret: metadata.name is not a name; expected: text of lower-case letters, digits, "-" and "."',
    ],
  },
  {
    name: "a wrong item of a List points at itself, and the others are read",
    text: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: 7}\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: web, namespace: 8}\n`,
    documents: ["Namespace /web"],
    problems: ['f.yaml:6:20: Namespace: metadata.name is 7; expected: text of lower-case letters, digits, "-" and "."'],
  },
  {
    name: "a broken document does not hide the good ones beside it",
    text: `${ALIAS}---\na: [1, 2\n---\n${ALIAS.replace("shop", "blog")}`,
    documents: ["DnsAlias web/shop", "DnsAlias web/blog"],
    problems: ["f.yaml:12:1: not YAML:"],
  },
  {
    name: "a key twice in one mapping",
    text: `${ALIAS}  hostnames: [example.org]\n`,
    problems: ["f.yaml:10:3: this key is in the mapping twice: remove one"],
  },
  { name: "a tab as indentation", text: "a:\n\tb: 1\n", problems: ["f.yaml:2:1: not YAML:"] },
];

for (const { name, text, documents = [], problems = [], ignored = [] } of cases) {
  test(`manifests: ${name}`, () => {
    const reading = readManifests("f.yaml", text);
    assert.deepEqual(
      reading.documents.map((document) => `${document.kind} ${document.namespace}/${document.name}`),
      documents,
    );
    const told = reading.problems.map(problemText);
    assert.equal(told.length > 0, problems.length > 0, told.join("\n"));
    for (const [index, problem] of problems.entries()) {
      assert.ok(told[index]?.startsWith(problem), `${told[index]} begins with ${problem}`);
    }
    assert.deepEqual(reading.ignored, ignored);
    assert.equal(reading.complete, problems.length === 0);
  });
}

test("an alias bomb is refused at once, with its place", () => {
  const levels = Array.from({ length: 30 }, (_, i) => `l${i}: &l${i} [${`*l${i - 1}, `.repeat(9)}]`).slice(1);
  const bomb = `${ALIAS}x:\n  l0: &l0 [lol]\n  ${levels.join("\n  ")}\n`;
  const before = cpuMs();
  const reading = readManifests("f.yaml", bomb);
  assert.ok(cpuMs() - before < 2000);
  assert.deepEqual(reading.problems.map(problemText), [
    "f.yaml:11:12: YAML aliases repeat too much: write out some of their values",
  ]);
});

test("mappings that are merged into one another without end are refused at once", () => {
  const levels = Array.from({ length: 40 }, (_, i) => `l${i}: &l${i} {<<: [*l${i - 1}, *l${i - 1}]}`).slice(1);
  const before = cpuMs();
  const reading = readManifests("f.yaml", `${ALIAS}x:\n  l0: &l0 {}\n  ${levels.join("\n  ")}\n`);
  assert.ok(cpuMs() - before < 2000);
  assert.match(reading.problems.map(problemText).join(), /^f\.yaml:\d+:\d+: YAML aliases repeat too much/);
});

test("thousands of nested brackets are a problem and no crash", () => {
  const reading = readManifests("f.yaml", "[".repeat(100_000));
  assert.equal(reading.documents.length, 0);
  assert.equal(reading.complete, false);
});

test("a file over the limit is refused unread", () => {
  const reading = readManifests("f.yaml", " ".repeat(MAX_FILE_SIZE + 1));
  assert.match(problemText(reading.problems[0] ?? assert.fail()), /^f\.yaml:1:1: larger than 4194304/);
});

test("a key called __proto__ is data like any other", () => {
  const { documents } = readManifests("f.yaml", `${ALIAS}__proto__: {polluted: true}\n`);
  assert.equal(documents.length, 1);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

interface FieldCase {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Line and column, and a part of the message. */
  readonly at: string;
  readonly says: RegExp;
}

const fieldCases: readonly FieldCase[] = [
  {
    name: "a wrong value that is merged in points at the value",
    from: "spec:",
    to: "x-limits: &limits {min: none}\nspec:\n  ttl:\n    <<: *limits",
    at: "f.yaml:6:25",
    says: /spec\.ttl\.min: "none": must be a whole number/,
  },
  {
    name: "a wrong value that a list of mappings merges in points at the one that counts",
    from: "spec:",
    to: "spec:\n  ttl: {max: 9, <<: [{max: 1}, {min: none}]}",
    at: "f.yaml:7:38",
    says: /spec\.ttl\.min: "none": must be a whole number/,
  },
  {
    name: "a wrong host name points at itself in its list",
    from: "[example.com]",
    to: "[example.com, 'ex ample.com']",
    at: "f.yaml:7:28",
    says: /spec\.hostnames\[1\]/,
  },
  {
    name: "an unknown field points at the field",
    from: "spec:",
    to: "spec:\n  hostname: example.com",
    at: "f.yaml:7:",
    says: /hostname: there is no such field: did you mean hostnames\?/,
  },
  {
    name: "a missing field points at what it should be in",
    from: "  hostnames: [example.com]\n",
    to: "",
    at: "f.yaml:6:1",
    says: /spec\.hostnames: is required/,
  },
  {
    name: "a wrong value points at the value",
    from: "spec:",
    to: "spec:\n  onEmpty: Whatever",
    at: "f.yaml:7:12",
    says: /spec\.onEmpty: "Whatever": must be one of Keep, Withdraw, Fallback/,
  },
  {
    name: "a list in place of a mapping points at its key",
    from: "spec:",
    to: "spec:\n  ttl: [1]",
    at: "f.yaml:7:3",
    says: /spec\.ttl/,
  },
  {
    name: "a label whose key has dots is found",
    from: "  namespace: web",
    to: "  namespace: web\n  labels:\n    app.kubernetes.io/part-of: 7",
    at: "f.yaml:7:32",
    says: /must be text/,
  },
  {
    name: "a wrong apiVersion points at it",
    from: "dnsalias.io/v1alpha1",
    to: "dnsalias.io/v9",
    at: "f.yaml:1:13",
    says: /apiVersion: "dnsalias.io\/v9": must be dnsalias.io\/v1alpha1/,
  },
];

for (const { name, from, to, at, says } of fieldCases) {
  test(`fields: ${name}`, () => {
    assert.ok(ALIAS.includes(from));
    const [object] = validateFile("f.yaml", ALIAS.replace(from, to)).objects;
    assert.equal(object?.result.kind, "invalid");
    const problems = object?.result.kind === "invalid" ? object.result.problems : [];
    assert.ok(
      problems.some((problem) => problem.startsWith(at) && says.test(problem)),
      problems.join("\n"),
    );
  });
}

test("a field of an object in a List is found in the file", () => {
  const indented = ALIAS.replace("example.com", "ex_am ple").replaceAll("\n", "\n  ").trimEnd();
  const text = `apiVersion: v1\nkind: List\nitems:\n- ${indented}\n`;
  const [object] = validateFile("f.yaml", text).objects;
  const problems = object?.result.kind === "invalid" ? object.result.problems : [];
  assert.match(problems[0] ?? "", /^f\.yaml:10:17: spec\.hostnames\[0\]/);
});

test("an object without a usable name has its other mistakes named too, in the order of the file", () => {
  const text = `${ALIAS.replace("shop", "7").replace("web", "W_")}  ttl: 5\n  onEmtpy: Hold\n`;
  const { objects, problems } = validateFile("f.yaml", text);
  assert.deepEqual(objects, []);
  const told = problems.map(problemText);
  const wanted = [
    'f.yaml:4:9: DnsAlias: metadata.name is 7; expected: text of lower-case letters, digits, "-" and "."',
    'f.yaml:5:14: DnsAlias: metadata.namespace is "W_"; expected: text of lower-case letters, digits, "-" and "."',
    "f.yaml:10:8: DnsAlias: spec.ttl: 5: must be a mapping",
    "f.yaml:11:12: DnsAlias: spec.onEmtpy: there is no such field: did you mean onEmpty?",
  ];
  assert.deepEqual(
    told.map((line, index) => line.startsWith(wanted[index] ?? "?")),
    wanted.map(() => true),
    told.join("\n"),
  );
});

test("a status in a file is not looked at", () => {
  const [object] = validateFile("f.yaml", `${ALIAS}status: {conditions: nonsense}\n`).objects;
  assert.equal(object?.result.kind, "good");
});

test("ConfigMap values that are not text are named with their place", () => {
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\ndata:\n  a: text\n  b: 5\n";
  const [object] = validateFile("f.yaml", text).objects;
  assert.deepEqual(object?.result, {
    kind: "invalid",
    problems: ["f.yaml:6:6: data[b]: 5: must be text: put it in quotes"],
  });
});

test("the mistakes of one line are named from left to right", () => {
  const spec = "{ttl: 5, targets: 6, hostnames: 7}";
  const text = `apiVersion: dnsalias.io/v1alpha1\nkind: DnsAlias\nmetadata: {name: shop}\nspec: ${spec}\n`;
  const [object] = validateFile("f.yaml", text).objects;
  const problems = object?.result.kind === "invalid" ? object.result.problems : [];
  assert.deepEqual(
    problems.map((line) => line.split(": ").slice(0, 2).join(" ")),
    ["f.yaml:4:13 spec.ttl", "f.yaml:4:25 spec.targets", "f.yaml:4:39 spec.hostnames"],
  );
});

for (const [kind, field, text] of [
  ["ConfigMap", "data", "metadata: {name: base}\ndata: [a]\n"],
  ["ConfigMap", "data", "metadata: {name: base}\ndata: text\n"],
  ["Namespace", "metadata.labels", "metadata: {name: web, labels: [a]}\n"],
] as const) {
  test(`${field} of a ${kind} that is not a mapping is a mistake: ${text.trim().split("\n").at(-1)}`, () => {
    const [object] = validateFile("f.yaml", `apiVersion: v1\nkind: ${kind}\n${text}`).objects;
    assert.ok(object?.result.kind === "invalid");
    assert.match(
      object.result.problems.join("\n"),
      new RegExp(`^f\\.yaml:\\d+:\\d+: ${field}: .* a mapping of strings$`),
    );
  });
}

test("a ConfigMap and a Namespace without values are valid", () => {
  const text =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\n---\n" +
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: empty}\ndata:\n---\n" +
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n";
  assert.deepEqual(
    validateFile("f.yaml", text).objects.map(({ result }) => result.kind === "good" && result.manifest),
    [
      { kind: "ConfigMap", data: {} },
      { kind: "ConfigMap", data: {} },
      { kind: "Namespace", labels: {} },
    ],
  );
});
