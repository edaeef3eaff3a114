import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});
const ALIASES = [1, 2, 3].map((n) => alias(`web/a${n}`, { hostnames: [`a${n}.example.com`], targets: [`t${n}.test`] }));
const THEN = { "t1.test": ["198.51.100.1", "2001:db8::1"], "t2.test": ["198.51.100.2"], "t3.test": ["198.51.100.3"] };
/** t1 gives its IPv6 up, t2 moves, t3 stays. */
const NOW = { "t1.test": ["198.51.100.1"], "t2.test": ["203.0.113.2"], "t3.test": ["198.51.100.3"] };
const FRESH = ["a1.example.com 60 198.51.100.1", "a2.example.com 60 203.0.113.2", "a3.example.com 60 198.51.100.3"];

/**
 * A leader is killed an hour after its standby, which answers queries, started. Returns the zone file after each of the standby's own writes, and a minute later. The resolver takes 2 s
 * for an answer, so the first plan of the term comes before its first lookup.
 */
async function failover(options: { readonly queriesAtItsStart?: boolean; readonly isResolverDown?: boolean }) {
  const clock = fakeClock(1_800_000_000_000);
  let onWrite = (): void => undefined;
  const store = memoryTextStore(undefined, { location: "dns/com", onWrite: async () => onWrite() });
  const stores = new Map([["dns/com", store]]);
  const leader = startWorld({ clock, stores, zones: [ZONE], aliases: ALIASES, targets: THEN });
  await clock.advance(MINUTE);
  const seen = (): readonly DnsAlias[] => ALIASES.flatMap(({ meta }) => leader.alias(objectKey(meta)) ?? []);
  const zoneSeen = leader.zone("dns/com");
  assert.ok(zoneSeen);
  await using standby = startWorld({
    clock,
    stores,
    zones: [zoneSeen],
    aliases: seen(),
    targets: THEN,
    leads: false,
    serving: servingPlay(),
    lookMs: 2_000,
  });
  await clock.advance(1_000);
  if (options.queriesAtItsStart === true) {
    const names = ["a1.example.com", "a2.example.com", "a3.example.com"].map(parseName);
    const asked = names.flatMap((name) =>
      (["A", "AAAA"] as const).map((family) =>
        standby.controller.answers.live({ zone: parseName("example.com"), name, family }),
      ),
    );
    await clock.advance(5_000);
    await Promise.all(asked);
  }
  await clock.advance(5 * MINUTE);
  for (const world of [leader, standby]) {
    Object.entries(NOW).forEach(([target, addresses]) => world.targets.set(target, addresses));
  }
  for (let minute = 0; minute < 60; minute += 1) {
    await clock.advance(MINUTE);
    // The standby's watch shows it every status that the leader writes.
    seen().forEach((one) => standby.send({ kind: "alias", alias: one }));
  }
  assert.deepEqual(leader.published("dns/com"), FRESH);
  assert.deepEqual(seen()[1]?.status?.targets[0]?.addresses, ["203.0.113.2"]);
  await leader[Symbol.asyncDispose]();
  if (options.isResolverDown === true) {
    Object.keys(NOW).forEach((target) => standby.targets.set(target, "servfail"));
  }
  const writes: string[] = [];
  onWrite = () => void writes.push(standby.published("dns/com").join(" | "));
  standby.lead();
  await clock.advance(MINUTE);
  return { writes, after: standby.published("dns/com").join(" | ") };
}

const FRESH_TEXT = FRESH.join(" | ");

test("a standby with a responder that takes the lead does not put back what it read at its own start", async () => {
  const { writes, after } = await failover({});
  assert.deepEqual(
    writes.filter((text) => text !== FRESH_TEXT),
    [],
  );
  assert.equal(after, FRESH_TEXT);
});

test("a standby that was queried at its start, and not since, does not put those answers back", async () => {
  const { writes, after } = await failover({ queriesAtItsStart: true });
  assert.deepEqual(
    writes.filter((text) => text !== FRESH_TEXT),
    [],
  );
  assert.equal(after, FRESH_TEXT);
});

test("a standby that takes the lead while nothing can be looked up keeps what the last leader published", async () => {
  const { writes, after } = await failover({ isResolverDown: true });
  assert.deepEqual(
    writes.filter((text) => text !== FRESH_TEXT),
    [],
  );
  assert.equal(after, FRESH_TEXT);
});
