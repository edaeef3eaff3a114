import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Corefile, parseCorefile } from "../../../../src/providers/coredns/corefile.ts";
import { printCorefile } from "../../../support/print-corefile.ts";
import { parseCorefileKey, samePort } from "../../../../src/providers/coredns/corefile-key.ts";
import { mayReload, rootListeners } from "../../../../src/providers/coredns/corefile-listeners.ts";

function parsed(text: string): Corefile {
  const read = parseCorefile(text);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  assert.equal(printCorefile(read.corefile), text);
  return read.corefile;
}

/** `keys: directive, directive`, one line a block. */
function outline(text: string): readonly string[] {
  return parsed(text).blocks.map(
    ({ keys, directives }) =>
      `${keys.join(" ")}: ${directives.map(({ tokens }) => tokens.map((token) => token.text).join(" ")).join(", ")}`,
  );
}

const GOOD: readonly (readonly [name: string, text: string, want: readonly string[]])[] = [
  ["nothing", "", []],
  ["a block", ".:53 {\n  errors\n  cache 30\n}\n", [".:53: errors, cache 30"]],
  [
    "nested braces belong to their directive",
    ". {\n health {\n lameduck 5s\n }\n log\n}",
    [".: health { lameduck 5s }, log"],
  ],
  [
    "several keys, with a comma over the line's end",
    "a.org, b.org,\nc.org d.org {\n log\n}\n",
    ["a.org b.org c.org d.org: log"],
  ],
  ["a brace on the next line", ".\n{\n log\n}\n", [".: log"]],
  ["a block without braces goes on to the end", ".:53\nlog\nforward . 1.1.1.1\n", [".:53: log, forward . 1.1.1.1"]],
  ["comments are nothing", "# . {\n. { # here {\n log # } \n}\n", [".: log"]],
  ["a comment inside a word ends at the blank, as CoreDNS has it", ". {\n forward#x . y\n}\n", [".: forward . y"]],
  [
    "quotes keep blanks, braces inside words and line ends",
    '. {\n log "a { b\nc" "\\"q\\""\n errors\n}\n',
    ['.: log a { b\nc "q", errors'],
  ],
  ["environment variables are words", ".:{$PORT} {\n bind {%HOST%}\n}\n", [".:{$PORT}: bind {%HOST%}"]],
  ["CRLF and a byte order mark", "\uFEFF. {\r\n log\r\n}\r\n", [".: log"]],
  ["snippets and imports are no blocks", "(snip) {\n log\n}\nimport other\n. {\n import snip\n}\n", [".: import snip"]],
];
for (const [name, text, want] of GOOD) {
  test(`Corefile: ${name}`, () => assert.deepEqual(outline(text), want));
}

const BAD: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  [". {\n errors\n", 1, /the block "\." is never closed/],
  [". {\n health {\n lameduck 5s\n}\n", 1, /never closed/],
  [". {\n errors }\n", 2, /move it to a separate line/],
  ["}\n", 1, /has no matching \{/],
  [". {\n}\n}\n", 3, /has no matching \{/],
  [".\nerrors\n}\n", 3, /has no matching \{/],
  ["{\n errors\n}\n", 1, /invalid server block name/],
  ['. {\n log "x\n}\n', 2, /quoted string that never ends/],
  ["(snip)\nlog\n", 1, /snippet \(snip\) has no \{/],
  ["import\n. {\n}\n", 1, /import has no file/],
  ["import a b\n", 1, /exactly one/],
  ["a.org,", 1, /after the comma/],
  [", a.org {\n}\n", 1, /a comma without/],
  [". {\n {\n }\n}\n", 2, /where a directive should begin/],
];
for (const [text, line, message] of BAD) {
  test(`Corefile: ${JSON.stringify(text)} is refused with its line`, () => {
    const read = parseCorefile(text);
    assert.ok(read.kind === "invalid");
    assert.equal(read.line, line);
    assert.match(read.message, message);
  });
}

test("the Corefiles of kubeadm and k3s are read whole", () => {
  for (const [file, directives] of [
    ["kubeadm.original", "errors health ready kubernetes prometheus forward cache loop reload loadbalance"],
    ["kubeadm", "bind errors health ready prometheus forward cache loop reload loadbalance"],
    ["k3s", "bind errors health ready hosts prometheus cache loop reload loadbalance import forward"],
  ] as const) {
    const corefile = parsed(readFileSync(`test/fixtures/corefiles/${file}.Corefile`, "utf8"));
    assert.equal(corefile.blocks[0]?.directives.map(({ name }) => name).join(" "), directives);
  }
});

test("a server block's key is a scheme, a zone and a port", () => {
  const cases = [
    ["example.com:53", "dns", "example.com.", "53"],
    ["Example.COM", "dns", "example.com.", undefined],
    ["tls://.:853", "tls", ".", "853"],
    [".:{$PORT}", "dns", ".", "{$PORT}"],
    [":1053", "dns", ".", "1053"],
    ["10.0.0.0/24", "dns", "10.0.0.0/24.", undefined],
    ["2001:db8::/32", "dns", "2001:db8::/32.", undefined],
  ] as const;
  for (const [text, scheme, zone, port] of cases) {
    assert.deepEqual(parseCorefileKey(text), { scheme, zone, port });
  }
  assert.ok(samePort(undefined, "53"));
  assert.ok(samePort("{$PORT}", "1053"));
  assert.ok(!samePort("53", "5353"));
});

test("listeners are those of the plain root blocks, with their bind directives, also through a snippet", () => {
  const text =
    "(common) {\n bind 10.0.0.10\n}\ntls://.:853 . dns://.:5353 {\n import common\n}\nexample.com:99 {\n bind ::1\n}\n";
  assert.deepEqual(rootListeners(parsed(text), text), [
    { suffix: "", port: undefined, bind: ["bind 10.0.0.10"] },
    { suffix: ":5353", port: "5353", bind: ["bind 10.0.0.10"] },
  ]);
});

test("a missing reload plugin is told only where it is sure to be missing", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    [". {\n reload\n}\n", true],
    [". {\n errors\n}\n", false],
    [". {\n import custom/*.override\n}\n", true],
    [". {\n errors\n}\nimport custom/*.server\n", true],
    ["(s) {\n errors\n}\n. {\n import s\n}\n", false],
    ["(s) {\n reload\n}\n. {\n import s\n}\n", true],
    ["example.com {\n errors\n}\n", true],
  ];
  for (const [text, want] of cases) {
    assert.equal(mayReload(parsed(text)), want, text);
  }
});
