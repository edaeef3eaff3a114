import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLines } from "../../../../src/kube/watch/json-lines.ts";

const TEXT = '{"a":"ä€😀"}\n{"b":1}\n\n{"c":2}\n';
const LINES = ['{"a":"ä€😀"}', '{"b":1}', '{"c":2}'];

async function linesOf(...pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  return Array.fromAsync(jsonLines(chunks()));
}

test("lines are the same however the stream is cut, in the middle of a character too", async () => {
  const bytes = Buffer.from(TEXT);
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    assert.deepEqual(await linesOf(...pieces), LINES, `pieces of ${size} bytes`);
  }
});

test("half a line at the end is no line: the connection broke within an object", async () => {
  assert.deepEqual(await linesOf(Buffer.from(`${TEXT}{"d":`)), LINES);
  assert.deepEqual(await linesOf(), []);
});
