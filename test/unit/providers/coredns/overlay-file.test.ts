import assert from "node:assert/strict";
import { test } from "node:test";
import { readOverlayFile } from "../../../../src/providers/coredns/overlay-file.ts";

const FALLBACK = { suffix: ":53", port: "53", bind: [] };
const PART = "# BEGIN dnsalias zone=dns/z owner=me\n# END dnsalias zone=dns/z\n";
const OTHER = PART.replaceAll("dns/z", "dns/y");

function read(text: string): string {
  const result = readOverlayFile(text, { zone: "dns/z", ownerId: "me", fallback: FALLBACK });
  return result.kind === "ok" ? "ok" : result.message;
}

const inside = (line: number): string =>
  `line ${line}: the dnsalias section is inside a server block, a snippet or a string: move it out, or remove it with its markers`;
const open = (line: number, part: number): string =>
  `line ${line}: the server block ".:53" has no braces, so CoreDNS reads the dnsalias section in line ${part} as its directives: add the braces`;

const BLOCK = ". {\n log\n}\n";
const PLACES: readonly (readonly [name: string, text: string, want: string])[] = [
  ["in front", PART + BLOCK, "ok"],
  ["at the end", BLOCK + PART, "ok"],
  ["between two blocks", `${BLOCK}${PART}a.org {\n}\n`, "ok"],
  ["in a block", `. {\n${PART} log\n}\n`, inside(2)],
  ["in the second block", `a.org {\n}\n. {\n${PART} log\n}\n`, inside(4)],
  ["in the third block", `a.org {\n}\nb.org {\n}\n. {\n${PART} log\n}\n`, inside(6)],
  ["in a block behind a snippet", `(s) {\n log\n}\n. {\n${PART} import s\n}\n`, inside(5)],
  ["in a snippet behind a block", `${BLOCK}(s) {\n${PART} log\n}\n`, inside(5)],
  ["in a block in front of a snippet", `. {\n${PART} log\n}\n(s) {\n log\n}\n`, inside(2)],
  ["in a snippet in front of a block", `(s) {\n${PART} log\n}\n${BLOCK}`, inside(2)],
  ["twice, the second in a block", `${OTHER}. {\n${PART}}\n`, inside(4)],
  ["twice around a block", `${OTHER}${BLOCK}${PART}`, "ok"],
  ["in a string of an import", `import "a\n${PART}b"\n`, inside(2)],
  ["behind a string of an import", `import "a\nb"\n${PART}`, "ok"],
  ["in a key's string behind other words", `import x\n"a\n${PART}b" {\n}\n`, inside(3)],
  ["behind a block without braces", `.:53\nlog\n${PART}`, open(1, 3)],
  ["in front of a block without braces", `${PART}.:53\nlog\n`, "ok"],
];

for (const [name, text, want] of PLACES) {
  test(`a part ${name}: ${want.slice(0, 60)}`, () => assert.equal(read(text), want));
}

test("a fault of the Corefile is reported with its line in the file, parts included", () => {
  const end = ". CoreDNS cannot start with this file, or reads it differently";
  const block = ". {\n}\n";
  assert.equal(
    read(`${PART}${block}${block}`),
    `line 5: "." already has a server block in line 3: merge the two${end}`,
  );
  assert.match(read(`${PART}. {\n`), /^line 3: the block "\." is never closed/);
  assert.match(read("# END dnsalias zone=dns/z\n"), /^line 1: an END marker/);
});
