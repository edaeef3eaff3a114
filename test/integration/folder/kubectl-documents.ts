/** One file, and how folder mode differs from kubectl, if it does. */
export interface KubectlCase {
  readonly text: string;
  /** kubectl takes the file. Folder mode refuses it, with a problem that has this in it. */
  readonly stricter?: string;
  /** Why folder mode takes the file although a kubectl refuses it; one that takes it makes the same objects of it. */
  readonly wider?: string;
}

const HEAD = "apiVersion: dnsalias.io/v1alpha1\nkind: DnsAlias\nmetadata: {name: a}\n";
const NEW_JSON = "kubectl before 1.34 reads a file that begins with { as JSON only";

/** A DnsAlias with these lines as its spec. */
function spec(lines: string): string {
  return `${HEAD}spec:\n${lines.replace(/^/gm, "  ")}\n`;
}

function named(name: string): string {
  return HEAD.replace("{name: a}", `{name: ${name}}`);
}

function json(name: string, more: object = {}): string {
  return JSON.stringify({ apiVersion: "dnsalias.io/v1alpha1", kind: "DnsAlias", metadata: { name }, ...more });
}

function list(kind: string, items: string, apiVersion = "v1"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\n${items}\n`;
}

type Row = string | KubectlCase;

const MERGE_KEYS: Readonly<Record<string, Row>> = {
  "a mapping is merged": spec("<<: {ttl: {min: 60}, onEmpty: Withdraw}\nhostnames: [a.b]"),
  "an anchor is merged, before and after a key of its own": spec(
    "x: &l {min: 1, max: 2}\nttl: {<<: *l, max: 3}\nttm: {max: 3, <<: *l}",
  ),
  "of several mappings the first wins": spec(
    "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 9}\nd: {z: 9, <<: [*a, *b]}\ne: {<<: [*a, {q: 1}]}",
  ),
  "two merge keys": spec("<<: {a: 1}\n<<: {a: 2, b: 3}"),
  "an anchor within what is merged": spec("<<: &x {a: 1}\nb: *x"),
  "a merge key with its tag": spec("!!merge <<: {a: 1}"),
  "a merge key in quotes": spec("'<<': {a: 1}"),
  "a merge key that is tagged as text": spec("!!str <<: {a: 1}"),
  "<< as a value": spec("a: <<"),
  "a number is merged": spec("<<: 1"),
  "nothing is merged": spec("<<:"),
  "a list of numbers is merged": spec("<<: [1]"),
  "an anchor on a list is merged": spec("a: &a [{b: 1}]\n<<: *a"),
  "a mapping that merges itself": spec("a: &x\n  <<: *x"),
};

const SCALARS: Readonly<Record<string, Row>> = {
  "words that mean true": spec("a: [y, Y, yes, Yes, YES, on, On, ON, true, True, TRUE]"),
  "words that mean false": spec("a: [n, N, no, No, NO, off, Off, OFF, false, False, FALSE]"),
  "words that mean neither": spec("a: [yEs, oN, tRUE, nO, fAlse, nUll, inf, nan, .na, .iNf]"),
  "words in quotes": spec(`a: ['yes', "no", 'on', "off", 'true', "1", '~', 'null', '']`),
  null: spec("a: [~, null, Null, NULL, '']\nb:\nc: ''\nd: {e}"),
  integers: spec("a: [0, 1, -1, +1, 00, -0, 1_000, 1__0, _1]"),
  "integers of other bases": spec(
    "a: [007, 010, 08, 09, 0_7, 0o17, 0O17, 0x1F, 0X1f, -0x1, +0x1, 0b101, 0B11, -0b11, 0x, 0b, 0o, 0b2, +]",
  ),
  "large numbers": spec("a: [9007199254740991, 1e400, -1e400, 1e-400]"),
  "decimal numbers": spec("a: [1.0, 1., .5, +.5, -.5, 1e3, 1E3, 1e+3, 1.5e-2, .5e1, 0.0, 60.0, 1_0.5, .1_0]"),
  "text that looks like a number": spec("a: [1.2.3, 1e, e1, ._5, 0x1p2, 1:30, 190:20:30, 12:30:45.6]"),
  infinity: spec("a: .inf"),
  "infinity with a sign": spec("a: [-.Inf, +.INF]"),
  "not a number": spec("a: .NaN"),
  "dates are text": spec("a: [2001-01-01, 2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43.10, 2001-1-1]"),
  tags: spec(
    "a: [!!str 1, !!str yes, !!int '5', !!bool 'yes', !!float 5, !!float 1.5, !!null '', !!null ~, !!x 5, !y yes]\nb: ! 5\nc: ! '5'\nd: !!timestamp 2001-01-01",
  ),
  "tags of collections": spec("a: !!set {x, y: 1}\nb: !!omap [x: 1]\nc: !!map {x: 1}\nd: !!seq [1]"),
  "!!int on text": spec("a: !!int x"),
  "!!int on a decimal number": spec("a: !!int 1.0"),
  "!!int on nothing": spec("a: !!int"),
  "!!bool on a number": spec("a: !!bool 1"),
  "!!float on text": spec("a: !!float x"),
  "!!null on text": spec("a: !!null x"),
  "!!timestamp on text": spec("a: !!timestamp x"),
  "!!binary": spec("a: !!binary aGk=\nb: !!binary |\n  aG\n  k="),
  "!!binary that is not base64": spec("a: !!binary a"),
  "!!binary that is not text": { text: spec("a: !!binary /w=="), stricter: "not UTF-8 text" },
  "block scalars are text": spec("a: |\n  yes\nb: >\n  no\n  more\nc: |-\n  1\nd: |+\n  x\n\ne: 2"),
  "scalars over several lines": spec('a: "x\n  y"\nb: x\n  y\n  z'),
  escapes: spec('a: "\\t\\0\\x41\\u00e4\\U0001F600\\N\\_\\L\\e"'),
  "an unknown escape": spec('a: "\\q"'),
};

const MAPPINGS: Readonly<Record<string, Row>> = {
  "keys that are not text": spec("1: a\n007: b\nyes: c\n2001-01-01: d\n'on': e\n-5: f"),
  "a key that is an alias": spec("a: &k foo\n*k : b"),
  "an anchor on a key": spec("&k foo: 1\nb: *k"),
  "an explicit key": spec("? a\n: b"),
  "a null key": spec("~: a"),
  "an empty key": spec(": a"),
  "a list as a key": spec("[a]: b"),
  "a mapping as a key": spec("{a: b}: c"),
  "a key larger than an integer": spec("9223372036854775808: a"),
  "a decimal number as a key": { text: spec("1.5: a"), stricter: "a key must be text" },
  "a key twice": { text: spec("a: 1\na: 2"), stricter: "f.yaml:6:3: this key is in the mapping twice" },
  "two spellings of one key": { text: spec("yes: 1\n'true': 2"), stricter: "this key is in the mapping twice" },
  "the kind twice": { text: `${HEAD}kind: DnsAlias\n`, stricter: "f.yaml:4:1: this key is in the mapping twice" },
  anchors: spec("a: &x [1, &y {z: 1}]\nb: *x\nc: *y\nd: &e\nf: *e"),
  "an anchor that is defined again": spec("a: &x 1\nb: &x 2\nc: *x"),
  "an anchor within an anchor that is defined again": spec("p: &p {q: &x 1}\nr: &x 2\ns: *p\nt: *x"),
  "an anchor that is defined later": spec("a: *x\nb: &x 1"),
  "an anchor that contains itself": spec("a: &x [*x]"),
  "an anchor that is used 300 times": spec(`a: &x {b: 1}\nc: [${"*x, ".repeat(300)}]`),
  "nested flow collections": spec("a: [{b: [c, {d: e}]}, f, ]"),
  "an empty member": spec("a: [b,,c]"),
  "a list at the indentation of its key": spec("a:\n- b\n- c"),
  "a key of 1,100 characters": spec(`${"k".repeat(1100)}: 1`),
};

const TEXTS: Readonly<Record<string, Row>> = {
  "signs in plain text": spec("a: b #c\nd: b#c\ne: ?x\nf: -x\ng: https://x:1/y\nh: x:y"),
  "a colon at the end": spec("a: x:"),
  "two colons": spec("a: b: c"),
  "a wildcard without quotes": spec("a: *.example.com"),
  "a wildcard in quotes": spec("a: '*.example.com'"),
  "@ at the beginning": spec("a: @x"),
  "% at the beginning": spec("a: %x"),
  "a back-quote at the beginning": spec("a: `x"),
  "an anchor without a name": spec("a: & b"),
  "a quote without its end": spec('a: "x'),
  "a bracket without its end": "a: [1\n",
  "a tab as indentation": "a:\n\tb: 1\n",
  "a tab after a colon": spec("a:\tb"),
  "a control character": spec("a: x\u0001y"),
  DEL: spec("a: x\u007fy"),
  "a line break that only YAML 1.1 has": spec("a: x\u0085y"),
  CRLF: spec("a: yes\nb: 1").replaceAll("\n", "\r\n"),
  "a byte order mark": `\ufeff${HEAD}`,
  "an empty file": "",
  words: "hello world\n",
  "a list at the top": "- a\n",
  "no kind": "a: b\n",
};

const DOCUMENTS: Readonly<Record<string, Row>> = {
  "two documents": `${HEAD}---\n${named("b")}`,
  "a comment after the separator": `${HEAD}--- # c\n${named("b")}`,
  "spaces after the separator": `${HEAD}---   \n${named("b")}`,
  "content after the separator": `${HEAD}--- {a: 1}\n`,
  "a document end": `${HEAD}...\n---\n${named("b")}`,
  "empty documents": `---\n---\n${HEAD}---\n# c\n---\n~\n---\n`,
  "--- in a block scalar": `${HEAD}spec:\n  a: |\n    ---\n    x\n`,
  "a %YAML line": { text: `%YAML 1.1\n---\n${HEAD}`, wider: "kubectl takes the line for a document" },
  JSON: json("a", { spec: { a: "yes", b: [1, null, true, 1500, 0.25], c: "\u0007\ud83d\ude00/" } }),
  "JSON over several lines, with tabs": JSON.stringify(JSON.parse(json("a", { spec: { a: [1, {}] } })), null, "\t"),
  "escapes of JSON": json("a").replace("}}", '},"spec":{"a":"\\/\\u00fc\\ud83d\\ude00"}}'),
  "JSON objects one after the other": ["a", "b", "c"].map((name) => json(name)).join("\n"),
  "JSON objects on one line": json("a") + json("b"),
  "JSON objects, the second one broken": `${json("a")}\n{"a":`,
  "JSON objects as documents": { text: `${json("a")}\n---\n${json("b")}\n`, wider: NEW_JSON },
  "JSON with a comma at the end": { text: json("a").replace(/\}$/, ",}"), wider: NEW_JSON },
  "a flow mapping": {
    text: `{apiVersion: dnsalias.io/v1alpha1, kind: DnsAlias, metadata: {name: a}, spec: {b: no}}`,
    wider: NEW_JSON,
  },
};

const LISTS: Readonly<Record<string, Row>> = {
  "a List": list("List", `items:\n- ${HEAD.trim().replaceAll("\n", "\n  ")}`),
  "a DnsAliasList whose items lack kind and apiVersion": list(
    "DnsAliasList",
    "metadata: {resourceVersion: '1'}\nitems:\n- metadata: {name: x}\n  spec: {paused: off}\n- apiVersion: dnsalias.io/v1alpha1\n  kind: DnsZone\n  metadata: {name: z}",
    "dnsalias.io/v1alpha1",
  ),
  "a ConfigMapList": list("ConfigMapList", "items: [{metadata: {name: x}, data: {a: b}}]"),
  "an item with a kind only": list(
    "DnsAliasList",
    "items: [{kind: DnsAlias, metadata: {name: x}}]",
    "dnsalias.io/v1alpha1",
  ),
  "an empty List": list("List", "items: []"),
  "a List of null": list("List", "items:"),
  "a List whose items are a mapping": list("List", "items: {a: 1}"),
  "a List of numbers": list("List", "items: [1]"),
  "a List with a null in it": list("List", "items: [null]"),
  "a List in a List": list("List", "items: [{apiVersion: v1, kind: List, items: []}]"),
  "a List without items, which the API server refuses": {
    text: list("List", "metadata: {}"),
    stricter: "items must be a list",
  },
};

const ALL: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  "merge keys": MERGE_KEYS,
  scalars: SCALARS,
  mappings: MAPPINGS,
  text: TEXTS,
  documents: DOCUMENTS,
  lists: LISTS,
};

/** Files by a name for each, to be read by kubectl and by folder mode. */
export const KUBECTL_CASES: readonly (KubectlCase & { readonly name: string })[] = Object.entries(ALL).flatMap(
  ([group, rows]) =>
    Object.entries(rows).map(([name, row]) => ({
      name: `${group}: ${name}`,
      ...(typeof row === "string" ? { text: row } : row),
    })),
);
