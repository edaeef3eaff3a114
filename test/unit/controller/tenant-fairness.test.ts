import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../../../src/api/schema/duration.ts";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com");
const TTL_MS = 60_000;
const SILENT_MS = 4_000;
const PER_ALIAS = 16;
const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** One team: its names have been well for a long time. */
const GOOD = indexes(20).map((n) =>
  alias(`web/good${n}`, { hostnames: [`good${n}.example.com`], targets: [`good${n}.test`] }),
);
/** Another team, and 1,920 targets whose servers say nothing: 240 s of lookups in one pool of 64. */
const DEAD = indexes(120).map((n) =>
  alias(`flood/dead${n}`, {
    hostnames: [`dead${n}.example.com`],
    targets: indexes(PER_ALIAS).map((target) => `dead${n}-${target}.test`),
  }),
);

/** What the good targets say after their n-th change. */
const good = (change: number): Record<string, readonly string[]> =>
  Object.fromEntries(GOOD.map((_, n) => [`good${n}.test`, [`198.51.100.${change}`]]));
const dead: Record<string, "servfail"> = Object.fromEntries(
  DEAD.flatMap((_, n) => indexes(PER_ALIAS).map((target) => [`dead${n}-${target}.test`, "servfail" as const])),
);

/** A lookup of a good target takes 5 ms. `startWorld` reads `lookMs` just after it has noted whose lookup it is. */
function startSlowWorld(options: WorldOptions & { readonly goodMs?: () => number }): ControllerWorld {
  const world: ControllerWorld = startWorld({
    ...options,
    get lookMs() {
      return world.looks.at(-1)?.startsWith("dead") === true ? SILENT_MS : (options.goodMs?.() ?? 5);
    },
  });
  return world;
}

/** The good aliases as an hour of quiet left them, and the zone file that shows them. */
async function quiet(): Promise<Pick<ControllerWorld, "clock" | "stores"> & { readonly aliases: readonly DnsAlias[] }> {
  const world = startWorld({ zones: [ZONE], aliases: GOOD, targets: good(1) });
  await world.clock.advance(60 * MINUTE);
  const aliases = GOOD.flatMap(({ meta }) => world.alias(objectKey(meta)) ?? []);
  assert.ok(aliases.every(({ status }) => status?.stalenessBound !== undefined));
  await world[Symbol.asyncDispose]();
  return { clock: world.clock, stores: world.stores, aliases };
}

/** The longest bound that a good alias states, less the TTL for which caches keep what was published. */
function untilPublishedMs(world: ControllerWorld): number {
  const bounds = GOOD.map(
    ({ meta }) => parseDuration(world.alias(objectKey(meta))?.status?.stalenessBound ?? "") ?? Number.NaN,
  );
  return Math.max(...bounds) - TTL_MS;
}

function resolved(world: ControllerWorld): readonly string[] {
  return [...new Set(GOOD.map(({ meta }) => world.condition(objectKey(meta), "Resolved")?.split(" ")[0] ?? "absent"))];
}

test("after a start, another team's silent targets delay neither the names that are well nor a new alias, and nothing is overdue", async () => {
  const { clock, stores, aliases } = await quiet();
  await using world = startSlowWorld({
    clock,
    stores,
    zones: [ZONE],
    aliases: [...DEAD, ...aliases],
    targets: { ...dead, ...good(1), "new.test": ["198.51.100.99"] },
  });
  Object.entries(good(2)).forEach(([target, addresses]) => world.targets.set(target, addresses));
  await clock.advance(20_000);
  world.apply(alias("shop/new", { hostnames: ["new.example.com"], targets: ["new.test"] }));
  await clock.advance(1_000);
  assert.ok(world.looks.includes("new.test A") && world.looks.includes("new.test AAAA"), "the new alias waits");
  await clock.advance(untilPublishedMs(world) - 21_000);
  const shown = new Set(world.published("dns/com"));
  const late = GOOD.filter((_, n) => !shown.has(`good${n}.example.com 60 198.51.100.2`));
  assert.equal(late.length, 0, `${late.length} of ${GOOD.length} names are old`);
  assert.deepEqual(resolved(world), ["True"]);
});

test("an alias whose lookup is overdue beyond its bound is not resolved, with the time; once it has a result it is", async () => {
  const { clock, stores, aliases } = await quiet();
  let goodMs = 5;
  await using world = startSlowWorld({ clock, stores, zones: [ZONE], aliases, targets: good(1), goodMs: () => goodMs });
  // The zone's last plan is as old as that, and its answers with it.
  await clock.advance(240 * MINUTE);
  assert.deepEqual(resolved(world), ["True"]);
  GOOD.forEach((each) =>
    world.apply({ ...each, spec: { ...each.spec, maxStalenessMs: each.spec.maxStalenessMs + 1 } }),
  );
  await clock.advance(5_000);
  assert.deepEqual(resolved(world), ["True"], "an old plan is no old lookup");
  goodMs = 10 * MINUTE;
  await clock.advance(2 * MINUTE);
  assert.deepEqual(resolved(world), ["False"]);
  assert.match(
    world.alias("web/good0")?.status?.conditions.find(({ type }) => type === "Resolved")?.message ?? "",
    /^The A+ lookup of good0\.test that was due at \S+Z has no result yet\. The last known good addresses, from \S+Z, remain published\.$/,
  );
  assert.equal(world.condition("web/good0", "Ready"), "False LookupOverdue");
  goodMs = 5;
  await clock.advance(10 * MINUTE);
  assert.deepEqual(resolved(world), ["True"]);
});
