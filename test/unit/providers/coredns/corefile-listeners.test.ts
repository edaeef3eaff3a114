import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCorefile, type Corefile } from "../../../../src/providers/coredns/corefile.ts";
import { parseCorefileKey, samePort } from "../../../../src/providers/coredns/corefile-key.ts";
import { directivesOf, mayReload, rootListeners } from "../../../../src/providers/coredns/corefile-listeners.ts";

function parsed(text: string): Corefile {
  const read = parseCorefile(text);
  return read.kind === "ok" ? read.corefile : assert.fail(read.message);
}

/** "53 [bind]", one a listener. */
function listeners(text: string): readonly string[] {
  return rootListeners(parsed(text), text).map(
    ({ suffix, port, bind }) => `${suffix}|${port ?? "-"}|${bind.join("+")}`,
  );
}

const LISTENERS: readonly (readonly [name: string, text: string, want: readonly string[]])[] = [
  ["no block at all", "", []],
  ["a root block with a port", ".:53 {\n}\n", [":53|53|"]],
  ["a root block without a port", ". {\n}\n", ["|-|"]],
  ["two ports in one block", ".:53 .:1053 {\n}\n", [":53|53|", ":1053|1053|"]],
  [
    "blocks for one port that bind to different addresses",
    ".:53 {\n bind a\n}\n.:53 {\n bind b\n}\n",
    [":53|53|bind a", ":53|53|bind b"],
  ],
  [
    "a snippet's bind beside a block's own, and several ports",
    "(s) {\n bind a {\n  except b\n }\n}\n.:53 .:54 {\n import s\n}\n.:53 {\n bind b\n bind c d\n}\n",
    [":53|53|bind a {\n  except b\n }", ":54|54|bind a {\n  except b\n }", ":53|53|bind b+bind c d"],
  ],
  [
    "blocks that share port and addresses by a view, once",
    ".:53 {\n view x {\n  expr true\n }\n bind  a\n}\n.:53 {\n bind a\n}\n.:53 {\n view y {\n  expr true\n }\n}\n.:53 {\n view z {\n  expr true\n }\n}\n",
    [":53|53|bind  a", ":53|53|"],
  ],
  ["blocks of other zones and schemes do not count", "org:53 {\n}\ntls://.:853 {\n}\nDNS://.:54 {\n}\n", [":54|54|"]],
  [
    "all bind directives as written",
    ".:53 {\n bind 1.2.3.4\r\n bind lo {\n  except x\n }\n}\n",
    [":53|53|bind 1.2.3.4+bind lo {\n  except x\n }"],
  ],
  ["a bind in a snippet", "(s) {\n bind lo\n}\n.:53 {\n import s\n}\n", [":53|53|bind lo"]],
  ["a port from the environment", ".:{$PORT} {\n}\n", [":{$PORT}|{$PORT}|"]],
];

for (const [name, text, want] of LISTENERS) {
  test(`listeners: ${name}`, () => assert.deepEqual(listeners(text), want));
}

test("snippets are followed three levels deep, and no further", () => {
  const snippets = ["a", "b", "c", "d"].map((name, index) => `(${name}) {\n import ${"bcde"[index]}\n}\n`).join("");
  const names = (text: string): readonly string[] => {
    const corefile = parsed(text);
    return directivesOf(corefile, corefile.blocks[0]?.directives ?? []).map(
      ({ name, tokens }) => `${name} ${tokens[1]?.text ?? ""}`,
    );
  };
  assert.deepEqual(names(`${snippets}. {\n import b\n errors\n}\n(e) {\n log\n}\n`), ["import e", "errors "]);
  assert.deepEqual(names(`${snippets}. {\n import c\n}\n(e) {\n log\n}\n`), ["log "]);
  assert.deepEqual(names(". {\n import elsewhere\n errors\n}\n"), ["import elsewhere", "errors "]);
  assert.deepEqual(names("(a) {\n import a\n}\n. {\n import a\n}\n"), ["import a"]);
});

const RELOADS: readonly (readonly [name: string, text: string, want: boolean])[] = [
  ["a root block without reload", ". {\n errors\n}\n", false],
  ["a root block with reload", ". {\n reload\n}\n", true],
  ["reload in another block", ". {\n errors\n}\norg {\n reload\n}\n", true],
  ["reload in a snippet", "(s) {\n reload 2s\n}\n. {\n import s\n}\n", true],
  ["an import of another file at the top", "import other\n. {\n errors\n}\n", true],
  ["an import of another file in a block", ". {\n import other\n}\n", true],
  ["a snippet without reload", "(s) {\n errors\n}\n. {\n import s\n}\n", false],
  ["no root block, which may be in another file", "org {\n errors\n}\n", true],
  ["a root block on another scheme", "tls://. {\n errors\n}\n", false],
];

for (const [name, text, want] of RELOADS) {
  test(`${name}: ${want ? "may reload" : "does not reload"}`, () => assert.equal(mayReload(parsed(text)), want));
}

test("a key is taken apart", () => {
  const parts = (text: string): string => {
    const { scheme, zone, port } = parseCorefileKey(text);
    return `${scheme} ${zone} ${port ?? "-"}`;
  };
  assert.deepEqual([".", ".:53", "Example.ORG", "example.org.:{%P%}", "TLS://a.b:853", "https://.", "a:b"].map(parts), [
    "dns . -",
    "dns . 53",
    "dns example.org. -",
    "dns example.org. {%P%}",
    "tls a.b. 853",
    "https . -",
    "dns a:b. -",
  ]);
});

test("ports are the same, by default 53, and a variable can be any", () => {
  assert.deepEqual(
    [
      samePort(undefined, undefined),
      samePort("53", undefined),
      samePort("54", undefined),
      samePort(undefined, "54"),
      samePort("{$P}", "54"),
      samePort("54", "{$P}"),
      samePort("54", "54"),
    ],
    [true, true, false, false, true, true, true],
  );
});
