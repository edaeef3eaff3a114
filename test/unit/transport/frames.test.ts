import assert from "node:assert/strict";
import { test } from "node:test";
import { createDeframer, framed } from "../../../src/transport/frames.ts";

const messages = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(65_535).fill(7), Uint8Array.of(9)];
const stream = Buffer.concat(messages.map(framed));

for (const size of [1, 2, 3, 4, 5, 7, 1_000, stream.length]) {
  test(`a stream cut into pieces of ${size} gives the messages that went in`, () => {
    const deframer = createDeframer();
    const got: Uint8Array[] = [];
    for (let offset = 0; offset < stream.length; offset += size) {
      got.push(...deframer.push(stream.subarray(offset, offset + size)));
    }
    assert.deepEqual(
      got.map((message) => Buffer.from(message).toString("hex")),
      messages.map((message) => Buffer.from(message).toString("hex")),
    );
    assert.equal(deframer.unfinished, false);
  });
}

test("a message without bytes is whole after its length", () => {
  assert.deepEqual(createDeframer().push(Uint8Array.of(0, 0)), [new Uint8Array(0)]);
});

test("a message in many pieces is copied once, not at each piece", (context) => {
  const concat = context.mock.method(Buffer, "concat");
  const deframer = createDeframer();
  const frame = framed(new Uint8Array(1_000).fill(7));
  const got = Array.from(frame, (_byte, at) => deframer.push(frame.subarray(at, at + 1))).flat();
  assert.deepEqual([got.length, got[0]?.length, concat.mock.callCount()], [1, 1_000, 1]);
});

test("a message that is not whole yet is held back", () => {
  const deframer = createDeframer();
  assert.deepEqual(deframer.push(Uint8Array.of(0)), []);
  assert.equal(deframer.unfinished, true);
  assert.deepEqual(deframer.push(Uint8Array.of(2, 5)), []);
  assert.deepEqual(
    deframer.push(Uint8Array.of(6)),
    [Buffer.of(5, 6)].map((message) => Buffer.from(message)),
  );
});
