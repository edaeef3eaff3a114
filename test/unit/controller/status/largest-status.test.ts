import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasStatusSchema } from "../../../../src/api/alias/status-schema.ts";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import { readBySchema } from "../../../../src/api/schema/validate.ts";
import { aliasStatus } from "../../../../src/controller/status/alias-status.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { alias } from "../../../support/objects.ts";
import { facts, inZone, rrset } from "./facts.ts";

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
/** 253 characters. */
const LONG = numbers(64).map(
  (index) => `n${String(index).padStart(2, "0")}.${`${"x".repeat(61)}.`.repeat(3)}${"y".repeat(55)}.example`,
);
const IPV4 = numbers(1_024).map((index) => `192.0.${Math.floor(index / 250)}.${index % 250}`);
const IPV6 = numbers(1_024).map((index) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${(index + 4_096).toString(16)}`);
const rows = (all: readonly string[]) => numbers(16).map((row) => all.slice(64 * row, 64 * (row + 1)));

const CASES = [
  { name: "64 hostnames of 253 characters", hostnames: LONG, targets: ["cdn.test"], addresses: IPV4.slice(0, 1) },
  { name: "1,024 IPv4 addresses", hostnames: ["example.com"], targets: rows(IPV4), addresses: IPV4 },
  { name: "1,024 IPv6 addresses", hostnames: ["example.com"], targets: rows(IPV6), addresses: IPV6 },
  { name: "16 hostnames of 253 characters as targets", hostnames: LONG, targets: LONG.slice(0, 16), addresses: IPV4 },
  {
    name: "two aliases at one name, with both families",
    hostnames: ["example.com"],
    targets: rows(IPV6),
    addresses: [...IPV4, ...IPV6],
  },
] as const;

for (const { name, hostnames, targets, addresses } of CASES) {
  test(`the API server takes the status of an alias with ${name}`, () => {
    const from = facts({
      alias: alias("web/shop", { hostnames, targets: [...targets] }),
      inZones: hostnames.flatMap((hostname) =>
        numbers(hostnames.length > 1 ? 5 : 1).map((zone) =>
          inZone({
            hostname: parseOwnerName(hostname),
            zone: `dns/zone-${zone}`,
            published: [rrset(addresses, { name: parseOwnerName(hostname) })],
          }),
        ),
      ),
    });
    const status = aliasStatus(from, undefined);
    const read = readBySchema(aliasStatusSchema, JSON.parse(JSON.stringify(status)), "status", "refuse");
    assert.deepEqual(read.kind === "invalid" ? read.problems : [], []);
    const { targets: sources = "", addresses: published = "" } = status.summary ?? {};
    assert.ok(addresses.join(",").length <= 4_096 || /,and \d+ more$/.test(published), published.slice(-40));
    assert.ok(sources.length > 0);
  });
}

test("eight sets of any size stay below 40 KiB, and the API server takes them", () => {
  const of = alias("web/shop", { targets: rows(IPV6), meta: { uid: "x".repeat(512) } });
  let history: AliasStatus["history"];
  for (const round of numbers(12)) {
    const published = [rrset(IPV4.slice(round)), rrset(IPV6.slice(round), { type: "AAAA" })];
    const status = aliasStatus(
      facts({
        alias: {
          ...of,
          status: { observedGeneration: 1, conditions: [], hostnames: [], targets: [], history: history ?? [] },
        },
        inZones: [inZone({ published })],
        now: 1_800_000_000_000 + round * 3_600_000,
      }),
      undefined,
    );
    const read = readBySchema(aliasStatusSchema, JSON.parse(JSON.stringify(status)), "status", "refuse");
    assert.deepEqual(read.kind === "invalid" ? read.problems : [], []);
    history = status.history;
  }
  assert.deepEqual(
    history?.map(({ revision }) => revision),
    numbers(8).map((index) => `r${12 - index}`),
  );
  assert.ok(JSON.stringify(history).length < 40 * 1_024, String(JSON.stringify(history).length));
});
