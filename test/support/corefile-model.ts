import assert from "node:assert/strict";
import { checkCorefile } from "../../src/providers/coredns/corefile-check.ts";
import { parseCorefile, type ServerBlock } from "../../src/providers/coredns/corefile.ts";
import { type Segment, splitSegments } from "../../src/providers/coredns/overlay-part.ts";

/** The parts and the rest of a Corefile, which must be readable. */
export function segmentsOf(text: string): readonly Segment[] {
  const split = splitSegments(text);
  assert.ok(split.kind === "ok", JSON.stringify(split));
  return split.segments;
}

/** The bytes that do not belong to the installation. */
export function foreignText(text: string, ownerId: string): string {
  return segmentsOf(text)
    .filter((segment) => segment.kind === "rest" || segment.owner !== ownerId)
    .map((segment) => segment.text)
    .join("");
}

/**
 * Fails unless CoreDNS, as far as a text can show it, starts with the Corefile and reads it as it looks: every part consists of whole server
 * blocks as dnsalias writes them, and the users' lines have the same server blocks with the parts as without them.
 */
export function assertStarts(text: string): void {
  const segments = segmentsOf(text);
  const rest = segments.map((segment) => (segment.kind === "rest" ? segment.text : "\n")).join("");
  const parts = segments.flatMap((segment) => (segment.kind === "part" ? blocksOf(segment.text) : []));
  for (const { keys, directives } of parts) {
    assert.equal(keys.length, 1);
    const names = [...new Set(directives.map(({ name }) => name))].filter((name) => name !== "bind");
    assert.deepEqual(names, ["view", "template", "errors"]);
  }
  const all = blocksOf(text).map(shape);
  assert.deepEqual(all.toSorted(), [...blocksOf(rest), ...parts].map(shape).toSorted());
}

function blocksOf(text: string): readonly ServerBlock[] {
  const read = parseCorefile(text);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  assert.equal(checkCorefile(read.corefile), undefined);
  return read.corefile.blocks;
}

function shape({ keys, directives }: ServerBlock): string {
  return JSON.stringify([keys, directives.map(({ tokens }) => tokens.map((token) => token.text))]);
}
