import assert from "node:assert/strict";
import { test } from "node:test";
import { createPacketBatch } from "../../../../src/transport/udp/packet-batch.ts";
import { type LocalAddress, PacketPeer } from "../../../../src/transport/udp/packet-peer.ts";

const BASE = 0x7f00_0000_1000n;

/** The memory as libc sees it: pointers of the headers lead into `bytes`. */
function play(size: number) {
  let bytes = new Uint8Array();
  const batch = createPacketBatch(size, (memory) => {
    bytes = new Uint8Array(memory);
    return BASE;
  });
  const view = new DataView(bytes.buffer);
  const at = (pointerAt: number): number => Number(view.getBigUint64(pointerAt, true) - BASE);
  return { batch, bytes, view, at };
}

/** What the kernel does between sendmmsg and recvmmsg: a sent packet comes back at another place of a batch. */
function carry(from: ReturnType<typeof play>, index: number, to: ReturnType<typeof play>, place: number): void {
  const [source, target] = [index * 64, place * 64];
  const [sourceVector, targetVector] = [from.at(source + 16), to.at(target + 16)];
  const copy = (start: number, end: number, length: number): void =>
    to.bytes.set(from.bytes.subarray(start, start + length), end);
  const nameBytes = from.view.getUint32(source + 8, true);
  assert.ok(nameBytes <= to.view.getUint32(target + 8, true));
  copy(from.at(source), to.at(target), nameBytes);
  to.view.setUint32(target + 8, nameBytes, true);
  const control = from.view.getUint32(source + 40, true);
  assert.ok(control <= to.view.getUint32(target + 40, true));
  copy(from.at(source + 32), to.at(target + 32), control);
  to.view.setUint32(target + 40, control, true);
  const length = from.view.getUint32(sourceVector + 8, true);
  assert.ok(length <= to.view.getUint32(targetVector + 8, true));
  copy(from.at(sourceVector), to.at(targetVector), length);
  to.view.setUint32(target + 56, length, true);
}

const V4 = { family: 4, first: 0xc000_0201, second: 0, third: 0, fourth: 0 } as const;
const V6 = { family: 6, first: 0x2001_0db8, second: 1, third: 2, fourth: 3 } as const;
const LINK = { family: 6, first: 0xfe80_0000, second: 0, third: 0, fourth: 9 } as const;

const peers: readonly PacketPeer[] = [
  new PacketPeer(V4, 53, 0, undefined),
  new PacketPeer(V4, 65_535, 0, { ...V4, first: 0x7f00_0002, interfaceIndex: 0 }),
  new PacketPeer(V6, 5300, 0, { ...V6, fourth: 4, interfaceIndex: 0 }),
  new PacketPeer(LINK, 1, 7, { ...LINK, fourth: 8, interfaceIndex: 7 }),
];

test("what is written is read: payload, sender, and the address that it was sent to", () => {
  const [from, to] = [play(4), play(4)];
  const payloads = [
    new Uint8Array(0),
    Uint8Array.of(1, 2, 3),
    new Uint8Array(512).fill(9),
    new Uint8Array(65_536).fill(8),
  ];
  peers.forEach((peer, index) => {
    assert.ok(from.batch.write(index, payloads[index] ?? assert.fail(), peer));
    carry(from, index, to, 3 - index);
    assert.deepEqual(to.batch.payload(3 - index), payloads[index]);
    assert.deepEqual(to.batch.peer(3 - index), peer);
  });
});

test("every pointer of every header leads into the memory, and no two overlap", () => {
  const { view, at, bytes } = play(3);
  const parts = [0, 64, 128].flatMap((header) => {
    const vector = at(header + 16);
    return [
      [at(header), view.getUint32(header + 8, true)],
      [vector, 16 * Number(view.getBigUint64(header + 24, true))],
      [at(header + 32), view.getUint32(header + 40, true)],
      [at(vector), view.getUint32(vector + 8, true)],
    ] as const;
  });
  const sorted = parts.toSorted(([a], [b]) => a - b);
  let end = 3 * 64;
  for (const [start, length] of sorted) {
    assert.ok(start >= end, `${start} is before ${end}`);
    end = start + length;
  }
  assert.ok(end <= bytes.length);
});

test("the header of a packet to send has the fields of struct mmsghdr, each at its place", () => {
  const { batch, bytes, view, at } = play(2);
  const local: LocalAddress = { ...V4, first: 0x7f00_0002, interfaceIndex: 0 };
  view.setUint32(64 + 48, 0x20, true);
  assert.equal(batch.write(1, Uint8Array.of(1, 2, 3), new PacketPeer(V4, 53, 0, local)), true);
  const vector = at(64 + 16);
  assert.deepEqual(
    [view.getUint32(64 + 8, true), Number(view.getBigUint64(64 + 24, true)), Number(view.getBigUint64(64 + 40, true))],
    [16, 1, 32],
    "msg_namelen, msg_iovlen, msg_controllen",
  );
  assert.equal(view.getUint32(64 + 48, true), 0, "msg_flags");
  assert.equal(Number(view.getBigUint64(vector + 8, true)), 3, "iov_len");
  assert.deepEqual([...bytes.subarray(at(vector), at(vector) + 3)], [1, 2, 3]);
  assert.equal(Buffer.from(bytes.subarray(at(64), at(64) + 8)).toString("hex"), "02000035c0000201");
  assert.equal(view.getUint32(at(64 + 32) + 20), 0x7f00_0002);
});

test("a packet without a local address has no control message", () => {
  const { batch, view } = play(1);
  batch.write(0, Uint8Array.of(1), new PacketPeer(V4, 53, 0, { ...V4, interfaceIndex: 0 }));
  batch.write(0, Uint8Array.of(1), new PacketPeer(V4, 53, 0, undefined));
  assert.equal(view.getUint32(40, true), 0);
  assert.equal(batch.peer(0)?.local, undefined);
});

test("the address of the headers leads only to packets that the batch has", () => {
  const { batch } = play(4);
  assert.deepEqual([batch.headerAt(0, 4), batch.headerAt(1, 2), batch.headerAt(3, 4)], [BASE, BASE + 64n, BASE + 192n]);
  const wrong: readonly (readonly [number, number])[] = [
    [0, 5],
    [-1, 2],
    [4, 5],
    [2, 2],
    [0, 0],
    [3, 1],
    [0.5, 2],
    [0, Number.NaN],
    [Number.NEGATIVE_INFINITY, 1],
  ];
  wrong.forEach(([start, end]) => assert.throws(() => batch.headerAt(start, end), RangeError, `${start} to ${end}`));
});

test("an index outside the batch is an error, and a payload that is too large is not written", () => {
  const { batch } = play(2);
  const peer = new PacketPeer(V4, 53, 0, undefined);
  for (const index of [-1, 2, 0.5, Number.NaN]) {
    assert.throws(() => batch.payload(index), RangeError);
    assert.throws(() => batch.peer(index), RangeError);
    assert.throws(() => batch.write(index, new Uint8Array(1), peer), RangeError);
  }
  assert.throws(() => batch.clear(3), RangeError);
  assert.equal(batch.write(0, new Uint8Array(65_537), peer), false);
});

test("a payload that did not fit, or an address of another family, is nothing", () => {
  const { batch, view, at } = play(1);
  batch.write(0, Uint8Array.of(1), new PacketPeer(V4, 53, 0, undefined));
  view.setUint32(48, 0x20, true);
  assert.equal(batch.payload(0), undefined);
  view.setUint32(48, 0, true);
  view.setUint32(56, 65_537, true);
  assert.equal(batch.payload(0), undefined);
  view.setUint16(at(0), 1, true);
  assert.equal(batch.peer(0), undefined);
  view.setUint16(at(0), 10, true);
  assert.equal(batch.peer(0), undefined, "the length is that of IPv4");
});

test("clear prepares every header for the largest packet again", () => {
  const { batch, view, at } = play(2);
  batch.write(1, Uint8Array.of(1), new PacketPeer(V4, 53, 0, undefined));
  batch.clear(2);
  assert.deepEqual(
    [view.getUint32(64 + 8, true), view.getUint32(64 + 40, true), view.getUint32(at(64 + 16) + 8, true)],
    [28, 64, 65_536],
  );
});

test("the control messages of a packet are read within their length, whatever they are", () => {
  const { batch, bytes, view, at } = play(1);
  batch.write(0, Uint8Array.of(1), new PacketPeer(V4, 53, 0, undefined));
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 16;
  };
  for (let round = 0; round < 20_000; round += 1) {
    for (let index = 0; index < 64; index += 1) {
      bytes[at(32) + index] = random() % 4 === 0 ? random() : ([0, 8, 16, 28, 36, 41, 50][random() % 7] ?? 0);
    }
    view.setUint32(40, random() % 3 === 0 ? random() * 65_536 : random() % 80, true);
    assert.ok(isPlausible(batch.peer(0)?.local));
  }
  // The message of another kind before it is passed over.
  view.setUint32(at(32), 20, true);
  view.setUint32(at(32) + 8, 1, true);
  writeV4(view, at(32) + 24, 0x7f00_0009);
  view.setUint32(40, 24 + 32, true);
  assert.equal(batch.peer(0)?.local?.first, 0x7f00_0009);
  view.setUint32(40, 24 + 27, true);
  assert.equal(batch.peer(0)?.local, undefined, "it is cut");
});

test("a packet to a multicast address has no address for its answer", () => {
  const { batch, view } = play(1);
  const local: LocalAddress = { ...V6, first: 0xff02_0000, interfaceIndex: 0 };
  batch.write(0, Uint8Array.of(1), new PacketPeer(V6, 53, 0, local));
  view.setUint32(40, 40, true);
  assert.equal(batch.peer(0)?.local, undefined);
});

function writeV4(view: DataView, start: number, address: number): void {
  view.setUint32(start, 28, true);
  view.setUint32(start + 4, 0, true);
  view.setInt32(start + 8, 0, true);
  view.setInt32(start + 12, 8, true);
  view.setUint32(start + 16 + 4, address);
}

function isPlausible(local: LocalAddress | undefined): boolean {
  return local === undefined || ((local.family === 4 || local.family === 6) && Number.isInteger(local.first));
}
