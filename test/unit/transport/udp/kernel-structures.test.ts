import assert from "node:assert/strict";
import { test } from "node:test";
import { readControl, writeControl } from "../../../../src/transport/udp/packet-control.ts";
import type { LocalAddress } from "../../../../src/transport/udp/packet-peer.ts";
import {
  addressAt,
  familyOf,
  portOf,
  scopeOf,
  sockaddrOf,
  writeSockaddr,
} from "../../../../src/transport/udp/sockaddr.ts";

/** The bytes are those of Linux on x64: the host's order is little-endian, and ports and addresses are in network byte order. */
const V4_ADDRESS = "c0000201";
const V6_ADDRESS = "20010db8000000010000000200000003";
const SOCKADDRS: readonly (readonly [host: string, port: number, hex: string])[] = [
  ["192.0.2.1", 53, `0200 0035 ${V4_ADDRESS} 0000000000000000`],
  ["0.0.0.0", 0, `0200 0000 00000000 0000000000000000`],
  ["2001:db8:0:1:0:2:0:3", 65_280, `0a00 ff00 00000000 ${V6_ADDRESS} 00000000`],
  ["::", 1, `0a00 0001 00000000 ${"0".repeat(32)} 00000000`],
];

for (const [host, port, hex] of SOCKADDRS) {
  test(`the kernel's structure for ${host} and port ${port} is ${hex}`, () => {
    const bytes = sockaddrOf(host, port);
    assert.equal(Buffer.from(bytes).toString("hex"), hex.replaceAll(" ", ""));
    const view = new DataView(bytes.buffer);
    assert.equal(portOf(view, 0), port);
    assert.equal(familyOf(view, 0), host.includes(":") ? 6 : 4);
  });
}

test("what is no address has no structure", () => {
  assert.throws(() => sockaddrOf("localhost", 53), { name: "TypeError", message: "not an address: localhost" });
});

test("a link-local address has the number of its interface, and old bytes of the flow don't remain", () => {
  const bytes = new Uint8Array(36).fill(0xff);
  const view = new DataView(bytes.buffer);
  const address = { family: 6, first: 0xfe80_0000, second: 0, third: 0, fourth: 9 } as const;
  writeSockaddr(view, 8, address, { port: 53, scope: 258 });
  const want = "0a00 0035 00000000 fe800000000000000000000000000009 02010000".replaceAll(" ", "");
  assert.equal(Buffer.from(bytes.subarray(8)).toString("hex"), want);
  assert.equal(Buffer.from(bytes.subarray(0, 8)).toString("hex"), "f".repeat(16), "bytes before it stay");
  assert.deepEqual([familyOf(view, 8), portOf(view, 8), scopeOf(view, 8)], [6, 53, 258]);
  assert.deepEqual(addressAt(view, 8, 6), address);
});

test("an IPv4 address is one word, whatever follows it", () => {
  const bytes = new Uint8Array(28).fill(0xff);
  const view = new DataView(bytes.buffer);
  writeSockaddr(view, 0, { family: 4, first: 0xc000_0201, second: 0, third: 0, fourth: 0 }, { port: 53, scope: 0 });
  assert.equal(Buffer.from(bytes).toString("hex"), `02000035${V4_ADDRESS}${"f".repeat(40)}`);
  assert.deepEqual(addressAt(view, 0, 4), { family: 4, first: 0xc000_0201, second: 0, third: 0, fourth: 0 });
});

test("another family is no address", () => {
  for (const number of [0, 1, 3, 9, 11, 0x0200, 0x0a00]) {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, number, true);
    assert.equal(familyOf(view, 0), undefined, String(number));
  }
});

const V4_LOCAL: LocalAddress = { family: 4, first: 0xc000_0201, second: 0, third: 0, fourth: 0, interfaceIndex: 0 };
const V6_LOCAL: LocalAddress = { family: 6, first: 0x2001_0db8, second: 1, third: 2, fourth: 3, interfaceIndex: 0 };
const LINK_LOCAL: LocalAddress = { family: 6, first: 0xfe80_0000, second: 0, third: 0, fourth: 9, interfaceIndex: 7 };

/** cmsg_len, cmsg_level, cmsg_type, and in_pktinfo (interface, local address, destination) or in6_pktinfo (address, interface). */
const CONTROLS: readonly (readonly [name: string, local: LocalAddress, bytes: number, hex: string])[] = [
  ["IP_PKTINFO", V4_LOCAL, 32, `1c00000000000000 00000000 08000000 00000000 ${V4_ADDRESS} 00000000`],
  ["IPV6_PKTINFO", V6_LOCAL, 40, `2400000000000000 29000000 32000000 ${V6_ADDRESS} 00000000`],
  [
    "IPV6_PKTINFO of a link-local address",
    LINK_LOCAL,
    40,
    "2400000000000000 29000000 32000000 fe800000000000000000000000000009 07000000",
  ],
];

for (const [name, local, length, hex] of CONTROLS) {
  const want = hex.replaceAll(" ", "");
  test(`the kernel's control message ${name} is ${hex}`, () => {
    const bytes = new Uint8Array(64).fill(0xff);
    const view = new DataView(bytes.buffer);
    assert.equal(writeControl(view, 8, local), length);
    assert.equal(Buffer.from(bytes.subarray(8, 8 + want.length / 2)).toString("hex"), want);
    assert.deepEqual(readControl(view, 8, want.length / 2), local);
    assert.equal(readControl(view, 8, want.length / 2 - 1), undefined, "it is cut");
  });

  test(`the control message ${name} is found after another one, and a wrong length ends the search`, () => {
    const bytes = new Uint8Array(96);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 20, true); // 16 bytes of header and 4 of data: the next one begins at 24
    view.setInt32(8, 1, true);
    writeControl(view, 24, local);
    assert.deepEqual(readControl(view, 0, 24 + length), local);
    view.setUint32(0, 16, true); // no data: the next one begins at 16
    writeControl(view, 16, local);
    assert.deepEqual(readControl(view, 0, 16 + length), local);
    for (const wrong of [0, 15, 97]) {
      view.setUint32(0, wrong, true);
      assert.equal(readControl(view, 0, 16 + length), undefined, `length ${wrong}`);
    }
  });

  test(`a control message that differs from ${name} in its level, its type, or its length has no local address`, () => {
    for (const [at, value] of [
      [8, 2],
      [12, 3],
      [0, want.length / 2 + 1],
      [0, want.length / 2 - 1],
    ] as const) {
      const view = new DataView(new ArrayBuffer(96));
      writeControl(view, 0, local);
      view.setInt32(at, value, true);
      assert.equal(readControl(view, 0, 96), undefined, `${value} at ${at}`);
    }
  });
}

test("the interface is kept only for link-local addresses, and a multicast address is none to answer from", () => {
  const readAfter = (first: number, interfaceIndex: number): LocalAddress | undefined => {
    const view = new DataView(new ArrayBuffer(64));
    const length = writeControl(view, 0, { ...V6_LOCAL, first, interfaceIndex });
    return readControl(view, 0, length);
  };
  const indexes = [0x2001_0db8, 0xfe7f_ffff, 0xfe80_0000, 0xfebf_ffff, 0xfec0_0000, 0xfd00_0000].map(
    (first) => readAfter(first, 7)?.interfaceIndex,
  );
  assert.deepEqual(indexes, [0, 0, 7, 7, 0, 0]);
  assert.deepEqual([readAfter(0xff02_0000, 7), readAfter(0xff00_0000, 7)], [undefined, undefined]);
  assert.equal(readAfter(0xfeff_ffff, 7)?.first, 0xfeff_ffff);
  const v4 = new DataView(new ArrayBuffer(64));
  const length = writeControl(v4, 0, { ...V4_LOCAL, first: 0xff80_0001, interfaceIndex: 7 });
  assert.deepEqual(readControl(v4, 0, length), { ...V4_LOCAL, first: 0xff80_0001, interfaceIndex: 0 });
});

test("no control message at all has no local address", () => {
  const view = new DataView(new ArrayBuffer(64));
  assert.equal(readControl(view, 64, 0), undefined, "the memory ends here");
  assert.deepEqual(
    [readControl(view, 0, 0), readControl(view, 0, 15), readControl(view, 0, 64)],
    [undefined, undefined, undefined],
  );
});
