import assert from "node:assert/strict";
import { test } from "node:test";
import {
  replacePart,
  splitSegments,
  trimLineEnd,
  type Segment,
} from "../../../../src/providers/coredns/overlay-part.ts";
import { fingerprint } from "../../../../src/providers/fingerprint.ts";

/** "me/a 1-3" for the part of a zone with its lines, "-" for the rest; "me/a 1-3 no end" without its END marker. */
function outline(text: string): string {
  const read = splitSegments(text);
  if (read.kind === "invalid") {
    return `${read.line}: ${read.message}`;
  }
  assert.equal(read.segments.map((segment) => segment.text).join(""), text, "joined they are the file");
  return read.segments
    .map((segment) => {
      if (segment.kind === "rest") {
        return segment.text === "" ? "" : "-";
      }
      const last = segment.line + segment.text.replace(/\n$/, "").split("\n").length - 1;
      return `${segment.owner}/${segment.zone} ${segment.line}-${last}${segment.hasEnd ? "" : " no end"}`;
    })
    .filter((part) => part !== "")
    .join(", ");
}

const part = (zone: string, owner = "me"): string =>
  `# BEGIN dnsalias zone=${zone} owner=${owner}\nx {\n}\n# END dnsalias zone=${zone}\n`;

const BODY = "a.org {\n view x {\n }\n}\n";
const withSum = (body: string, sum = fingerprint(body)): string =>
  `# BEGIN dnsalias zone=z owner=me\n# Changes here are undone. sum=${sum}\n${body}`;
const NO_END = "the part of z has no END marker: remove the part, and dnsalias writes it again";

const FILES: readonly (readonly [name: string, text: string, want: string])[] = [
  ["nothing", "", ""],
  ["no part", ". {\n}\n", "-"],
  ["one part in front", `${part("z")}. {\n}\n`, "me/z 1-4, -"],
  ["one part at the end, without a line end", `. {\n}\n${part("z").trimEnd()}`, "-, me/z 3-6"],
  ["two parts with something between", `${part("a")}\n${part("b", "you")}`, "me/a 1-4, -, you/b 6-9"],
  ["two parts of one zone", part("a") + part("a"), "me/a 1-4, me/a 5-8"],
  ["a byte order mark", `\uFEFF${part("z")}`, "-, me/z 1-4"],
  ["blanks and a carriage return after the markers", part("z").replaceAll("\n", " \t\r\n"), "me/z 1-4"],
  [
    "an END without its BEGIN",
    "x\n# END dnsalias zone=z\n",
    "2: an END marker of z without its BEGIN: remove the line",
  ],
  ["an END of another zone", "# BEGIN dnsalias zone=z owner=me\n# END dnsalias zone=y\n", `1: ${NO_END}`],
  [
    "a marker that isn't clear",
    "x\n #  begin DNSALIAS zone=z\n",
    '2: "#  begin DNSALIAS zone=z" looks like a dnsalias marker, but is not one: remove the line',
  ],
  [
    "a BEGIN without an owner",
    "# BEGIN dnsalias zone=z\n",
    '1: "# BEGIN dnsalias zone=z" looks like a dnsalias marker, but is not one: remove the line',
  ],
  ["an unclear marker within a part", part("z").replace("x {", "# END dnsalias"), "me/z 1-4"],
  ["no END and no checksum", "# BEGIN dnsalias zone=z owner=me\nx {\n}\n", `1: ${NO_END}`],
  ["no END, and the checksum shows where the part ends", `${withSum(BODY)}. {\n}\n`, "me/z 1-6 no end, -"],
  ["no END, and the file ends with the part", withSum(BODY), "me/z 1-6 no end"],
  ["no END, and another part follows", withSum(BODY) + part("y"), "me/z 1-6 no end, me/y 7-10"],
  ["no END, and the checksum is of another text", withSum(BODY, fingerprint("")), `1: ${NO_END}`],
  ["no END, and the body is behind the next part", withSum(part("y") + BODY), `1: ${NO_END}`],
];

for (const [name, text, want] of FILES) {
  test(`a Corefile with ${name}`, () => assert.equal(outline(text), want));
}

function segments(text: string): readonly Segment[] {
  const read = splitSegments(text);
  return read.kind === "ok" ? read.segments : assert.fail(read.message);
}

const REPLACED: readonly (readonly [name: string, text: string, by: string, want: string])[] = [
  ["a part stays at its place", `a\n${part("z")}b\n`, "NEW\n", "a\nNEW\nb\n"],
  ["a new part comes first", `a\n${part("y")}`, "NEW\n", `NEW\na\n${part("y")}`],
  ["a new part comes after the byte order mark", "\uFEFFa\n", "NEW\n", "\uFEFFNEW\na\n"],
  ["a second part of the zone goes", `${part("z")}a\n${part("z")}`, "NEW\n", "NEW\na\n"],
  ["an empty text removes the part", `a\n${part("z")}b\n`, "", "a\nb\n"],
  ["the part of another zone stays", part("y") + part("z"), "NEW\n", `${part("y")}NEW\n`],
];

for (const [name, text, by, want] of REPLACED) {
  test(name, () => assert.equal(replacePart(segments(text), "z", by), want));
}

test("white space at a line's end is what CoreDNS skips, and no other", () => {
  assert.deepEqual(["a", "a \t\r", " a b ", "a\u00a0", " \t", ""].map(trimLineEnd), [
    "a",
    "a",
    " a b",
    "a\u00a0",
    "",
    "",
  ]);
});
