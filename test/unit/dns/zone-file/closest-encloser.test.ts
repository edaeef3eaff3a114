import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import { closestEnclosers } from "../../../../src/dns/zone-file/closest-encloser.ts";

/** "name type" of each record; the names are those of RFC 4592 2.2.1. */
const ZONE = [
  "example. NS",
  "*.example. TXT",
  "sub.*.example. TXT",
  "host1.example. A",
  "_ssh._tcp.host1.example. SRV",
  "_ssh._tcp.host2.example. SRV",
  "subdel.example. NS",
  "dname.example. DNAME",
];

/** The closest encloser of each name; undefined: no wildcard answers for it. */
const CASES: readonly (readonly [name: string, encloser: string | undefined])[] = [
  ["host3.example.", "example"],
  ["foo.bar.example.", "example"],
  ["_telnet._tcp.host1.example.", "_tcp.host1.example"],
  ["host2.example.", undefined],
  ["sub.*.example.", undefined],
  ["ghost.*.example.", "*.example"],
  ["host.subdel.example.", undefined],
  ["subdel.example.", undefined],
  ["x.dname.example.", undefined],
  ["dname.example.", undefined],
  ["example.", undefined],
  ["other.", undefined],
];

const records = ZONE.map((line) => line.split(" ")).map(([name = "", type = ""]) => ({
  name: nameOfCanonical(name),
  type,
}));

for (const [name, want] of CASES) {
  test(`RFC 4592: the encloser of ${name} is ${want ?? "not asked for"}`, () => {
    const encloser = closestEnclosers(parseName("example"), records)(nameOfCanonical(name));
    assert.equal(encloser === undefined ? undefined : displayName(encloser), want);
  });
}
