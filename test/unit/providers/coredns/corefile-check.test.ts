import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCorefile } from "../../../../src/providers/coredns/corefile-check.ts";
import { parseCorefile } from "../../../../src/providers/coredns/corefile.ts";

/** "3: the message", or "none". */
function found(text: string): string {
  const read = parseCorefile(text);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  const problem = checkCorefile(read.corefile);
  return problem === undefined ? "none" : `${problem.line}: ${problem.message}`;
}

const LABEL_63 = "a".repeat(63);
/** Three labels of 63 characters and one of `last`: 193 + `last` characters with the final dot. */
const longName = (last: number): string => `${`${LABEL_63}.`.repeat(3)}${"b".repeat(last)}.`;

const KEYS: readonly (readonly [key: string, fault: string | undefined])[] = [
  [".", undefined],
  [".:53", undefined],
  ["example.org", undefined],
  ["example.org.:65535", undefined],
  ["tls://.:853", undefined],
  ["TLS://example.org", undefined],
  ["{$ZONE}", undefined],
  ["{%ZONE%}:", undefined],
  ["example.org:{$PORT}", undefined],
  ["example.org:65536", "the port is over 65535"],
  ["example.org:", "the port after the colon is missing"],
  [":53", "the zone before the port is missing"],
  ["tls://:853", "the zone before the port is missing"],
  ["a..example.org", "a label is empty"],
  [".example.org", "a label is empty"],
  [`${LABEL_63}.org`, undefined],
  [`${LABEL_63}a.org`, "it is too long"],
  [`${"a\\046".repeat(20)}.org`, undefined],
  ["ä".repeat(31), undefined],
  ["ä".repeat(32), "it is too long"],
  [longName(62), undefined],
  [longName(62).slice(0, -1), undefined],
  [longName(63), "it is too long"],
];

for (const [key, fault] of KEYS) {
  test(`the key ${key.length > 40 ? `${key.slice(0, 40)}… of ${key.length}` : key}: ${fault ?? "valid"}`, () => {
    const want = `2: "${key.slice(0, 80)}" is not a valid zone of a server block, ${fault}: correct it`;
    assert.equal(found(`\n${key} {\n log\n}\n`), fault === undefined ? "none" : want);
  });
}

const twice = (key: string, line: number, before: number): string =>
  `${line}: "${key}" already has a server block in line ${before}: merge the two`;

const BLOCKS: readonly (readonly [name: string, text: string, want: string])[] = [
  ["one zone in two blocks", ". {\n log\n}\n. {\n errors\n}\n", twice(".", 4, 1)],
  ["one zone twice in one block", "a.org a.org {\n log\n}\n", twice("a.org", 1, 1)],
  ["three blocks: the second is named", ".:53 {\n}\n.:53 {\n}\n.:53 {\n}\n", twice(".:53", 3, 1)],
  ["another port", ".:53 {\n}\n.:54 {\n}\n", "none"],
  ["another scheme", ".:53 {\n}\ntls://.:53 {\n}\n", "none"],
  ["another zone", "a.org {\n}\nb.org {\n}\n", "none"],
  ["the zone in capitals", "a.org {\n}\nA.ORG. {\n}\n", twice("A.ORG.", 3, 1)],
  ["a view in the second", ". {\n}\n. {\n view x {\n  expr true\n }\n}\n", "none"],
  ["an import of a file in the second", ". {\n}\n. {\n import other.conf\n}\n", "none"],
  ["different addresses", ". {\n bind 127.0.0.1\n}\n. {\n bind 127.0.0.2\n}\n", "none"],
  ["the same address", ". {\n bind 127.0.0.1\n}\n. {\n bind 127.0.0.1\n}\n", twice(".", 4, 1)],
  [
    "the address of the first in the third",
    ". {\n bind 1.0.0.1\n}\n. {\n bind 1.0.0.2\n}\n. {\n bind 1.0.0.1\n}\n",
    twice(".", 7, 1),
  ],
  ["every address after one", ". {\n bind 127.0.0.1\n}\n. {\n log\n}\n", twice(".", 4, 1)],
  ["one address after every", ". {\n log\n}\n. {\n bind 127.0.0.1\n}\n", twice(".", 4, 1)],
  [
    "the same addresses through a snippet",
    "(s) {\n bind lo\n}\n. {\n import s\n}\n. {\n bind lo\n}\n",
    twice(".", 7, 4),
  ],
  ["two bind lines that are alike", ". {\n bind a\n bind b\n}\n. {\n bind a\n bind b\n}\n", twice(".", 5, 1)],
  ["bind lines of which one differs", ". {\n bind a\n bind b\n}\n. {\n bind a\n bind c\n}\n", "none"],
];

for (const [name, text, want] of BLOCKS) {
  test(`server blocks: ${name}`, () => assert.equal(found(text), want));
}

const plugin = (line: number, name: string): string =>
  `${line}: "${name}" cannot be a plugin: correct it, or close the server block before it with a }`;

const DIRECTIVES: readonly (readonly [name: string, text: string, want: string])[] = [
  ["names of plugins", ". {\n log\n k8s_external x\n my-plugin2\n {$PLUGIN} y\n {%PLUGIN%}x z\n}\n", "none"],
  ["a zone where a plugin is expected", ". {\n log\n example.org {\n  log\n }\n}\n", plugin(3, "example.org")],
  ["a port where a plugin is expected", ". {\n :53 {\n }\n}\n", plugin(2, ":53")],
  [
    "a snippet twice",
    "(s) {\n log\n}\n(s) {\n errors\n}\n",
    "4: the snippet (s) exists already: rename or remove one of the two",
  ],
  ["two snippets", "(s) {\n log\n}\n(t) {\n errors\n}\n", "none"],
  ["a snippet that imports itself", "(s) {\n import s\n}\n", "1: the snippet (s) imports itself: remove that line"],
  ["a snippet that imports another", "(s) {\n import t\n}\n(t) {\n log\n}\n", "none"],
];

for (const [name, text, want] of DIRECTIVES) {
  test(`directives: ${name}`, () => assert.equal(found(text), want));
}

const COUNT = "import needs exactly one file or snippet: add or remove words";
const wildcards = (pattern: string): string =>
  `"${pattern}" has more than one wildcard, but import accepts only one: use one *`;

const IMPORTS: readonly (readonly [name: string, text: string, want: string])[] = [
  ["a file", ". {\n import a.conf\n}\n", "none"],
  ["one wildcard", ". {\n import conf.d/*.conf\n}\n", "none"],
  ["one question mark", "import a?.conf\n", "none"],
  ["two wildcards", ". {\n log\n import */*.conf\n}\n", `3: ${wildcards("*/*.conf")}`],
  ["two wildcards at the top", "\nimport */*.conf\n", `2: ${wildcards("*/*.conf")}`],
  ["two question marks", "import a??.conf\n", `1: ${wildcards("a??.conf")}`],
  ["a character class", "import [ab].conf\n", `1: ${wildcards("[ab].conf")}`],
  ["half a character class", "import [ab.conf\nimport ab].conf\n", "none"],
  ["two wildcards in a snippet", "(s) {\n import */*\n}\n", `2: ${wildcards("*/*")}`],
  ["nothing after it", ". {\n import\n}\n", `2: ${COUNT}`],
  ["an empty word after it", '. {\n import ""\n}\n', `2: ${COUNT}`],
  ["two words after it", ". {\n import a b\n}\n", `2: ${COUNT}`],
];

for (const [name, text, want] of IMPORTS) {
  test(`import: ${name}`, () => assert.equal(found(text), want));
}

test("of several problems the first in the file is reported", () => {
  assert.match(found("import */*\n. {\n a.b\n}\nx..y {\n}\n"), /^1: .*wildcard/);
  assert.match(found(". {\n a.b\n}\nx..y {\n}\nimport */*\n"), /^2: "a\.b" cannot be a plugin/);
  assert.match(found("x..y {\n}\n. {\n a.b\n}\n"), /^1: "x\.\.y" is not a valid zone/);
});
