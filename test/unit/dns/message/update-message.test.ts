import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import {
  encodeUpdate,
  nameInUseMessage,
  updateMessage,
  type UpdateChange,
} from "../../../../src/dns/message/update-message.ts";

const ZONE = parseName("example.com");

function set(name: string, type: string, ttl: number, ...data: readonly string[]): RRset {
  return { name: parseName(name), type, ttl, data };
}

interface Case {
  readonly name: string;
  readonly id: number;
  readonly changes: readonly UpdateChange[];
  /** What nsupdate of BIND 9.18 sends for the same prerequisites and updates. */
  readonly bytes: string;
}

const cases: readonly Case[] = [
  {
    name: "a new set needs that there is none of its type, and no CNAME",
    id: 0x6966,
    changes: [{ before: undefined, after: set("new.example.com", "A", 60, "192.0.2.1", "192.0.2.2") }],
    bytes:
      "696628000001000200020000076578616d706c6503636f6d0000060001036e6577c00c000100fe000000000000c01d000500fe000000000000" +
      "c01d000100010000003c0004c0000201c01d000100010000003c0004c0000202",
  },
  {
    name: "a changed set is deleted whole and added, a deleted one is deleted whole, each while its values stand",
    id: 0xbbe7,
    changes: [
      {
        before: set("example.com", "A", 60, "192.0.2.1", "192.0.2.2"),
        after: set("example.com", "A", 300, "192.0.2.3"),
      },
      { before: set("_dnsalias.example.com", "TXT", 60, '"heritage=dnsalias,owner=a"'), after: undefined },
    ],
    bytes:
      "bbe728000001000300030000076578616d706c6503636f6d0000060001c00c00010001000000000004c0000201" +
      "c00c00010001000000000004c0000202095f646e73616c696173c00c0010000100000000001a1968657269746167653d646e73616c6961732c" +
      "6f776e65723d61c00c000100ff000000000000c00c000100010000012c0004c0000203c03d001000ff000000000000",
  },
];

for (const { name, id, changes, bytes } of cases) {
  test(name, () => {
    assert.equal(Buffer.from(encodeUpdate(updateMessage(id, ZONE, changes), 0) ?? []).toString("hex"), bytes);
  });
}

test("whether a name has records is asked as nsupdate asks it", () => {
  const bytes = encodeUpdate(nameInUseMessage(0x5fdc, ZONE, parseName("www.example.com")), 0);
  assert.equal(
    Buffer.from(bytes ?? []).toString("hex"),
    "5fdc28000001000100000000076578616d706c6503636f6d000006000103777777c00c00ff00ff000000000000",
  );
});

test("a CNAME that goes in the same batch is no obstacle, and a new one must have its name to itself", () => {
  const taken: readonly UpdateChange[] = [
    { before: undefined, after: set("a.example.com", "A", 60, "192.0.2.1") },
    { before: set("a.example.com", "CNAME", 60, "b.example.com."), after: undefined },
  ];
  const shown = (changes: readonly UpdateChange[]): readonly string[] =>
    updateMessage(1, ZONE, changes).answers.map((record) => `${record.type}/${record.class}/${record.rdata.length}`);
  assert.deepEqual(shown(taken), ["1/254/0", "5/1/15"]);
  assert.deepEqual(shown([{ before: undefined, after: set("a.example.com", "CNAME", 60, "b.example.com.") }]), [
    "5/254/0",
    "255/254/0",
  ]);
});

test("what does not fit into one message is not cut but given back", () => {
  const data = Array.from({ length: 200 }, (_, index) => `"${String(index).padStart(250, "x")}"`);
  const changes = [{ before: undefined, after: set("big.example.com", "TXT", 60, ...data) }];
  const message = updateMessage(1, ZONE, changes);
  const whole = encodeUpdate(message, 0)?.length ?? assert.fail("does not fit");
  assert.equal(encodeUpdate(message, 65_535 - whole)?.length, whole);
  assert.equal(encodeUpdate(message, 65_535 - whole + 1), undefined);
});
