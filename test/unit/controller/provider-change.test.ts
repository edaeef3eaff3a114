import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { Write } from "../../../src/plan/change.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { retryNotBefore } from "../../../src/controller/zone/state/zone-state.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const SHOP = alias("web/shop");

interface Place {
  readonly writes: Write[];
  /** Revisions that this place didn't give. */
  readonly foreign: string[];
  slowMs: number;
  closed: boolean;
}

function zoneAt(place: string): DnsZone {
  const base = zone("dns/com", "example.com");
  const provider = {
    kind: "coreDNSZoneFile",
    zoneFile: { configMap: { name: place, key: "zone" }, base: { kind: "inline", text: "" } },
  } as const;
  return { ...base, spec: { ...base.spec, provider } };
}

/** A world whose places note what is written to them and with which revision. */
function start(): {
  readonly clock: FakeClock;
  readonly world: ControllerWorld;
  readonly place: (name: string) => Place;
} {
  const clock = fakeClock(1_800_000_000_000);
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const found = places.get(name) ?? { writes: [], foreign: [], slowMs: 0, closed: false };
    places.set(name, found);
    return found;
  };
  const providerOf = ({ spec }: DnsZone): ZoneProvider => {
    const name = spec.provider.kind === "coreDNSZoneFile" ? spec.provider.zoneFile.configMap.name : "";
    const place = placeOf(name);
    return {
      id: name,
      async read(_names, signal) {
        await clock.sleep(place.slowMs, signal);
        return { kind: "ok", zone: { revision: `${name} ${place.writes.length}`, sets: [] } };
      },
      async apply({ zone: { revision }, writes }, signal) {
        if (!revision.startsWith(`${name} `)) {
          place.foreign.push(revision);
        }
        await clock.sleep(place.slowMs, signal);
        place.writes.push(...writes);
        return { kind: "applied", revision: `${name} ${place.writes.length}`, wrote: true };
      },
      close: () => void (place.closed = true),
    };
  };
  const world = startWorld({
    clock,
    zones: [zoneAt("old")],
    aliases: [SHOP],
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf,
    writeTargetOf: ({ spec }) =>
      spec.provider.kind === "coreDNSZoneFile" ? spec.provider.zoneFile.configMap.name : "",
  });
  return { clock, world, place: placeOf };
}

for (const afterMs of [0, 60, 1_050, 1_500, 2_100, 2_500, 3_500]) {
  test(`a round that began with the old provider ends with it: provider changed after ${afterMs} ms`, async () => {
    const { clock, world, place } = start();
    await using running = world;
    assert.ok(running);
    place("old").slowMs = 1_000;
    place("new").slowMs = 1_000;
    await clock.advance(afterMs);
    world.apply(zoneAt("new"));
    await clock.advance(MINUTE);
    assert.deepEqual([place("old").foreign, place("new").foreign], [[], []]);
    assert.deepEqual(
      place("new").writes.map(({ kind }) => kind),
      ["create"],
    );
    assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  });
}

test("the records at the place before stay, and an Event says so", async () => {
  const { clock, world, place } = start();
  await using running = world;
  assert.ok(running);
  await clock.advance(MINUTE);
  world.apply(zoneAt("new"));
  await clock.advance(MINUTE);
  assert.deepEqual(
    place("old").writes.map(({ kind }) => kind),
    ["create"],
  );
  assert.equal(place("old").closed, true);
  const left = world.events.filter(({ reason }) => reason === "RecordsLeft").map(({ message }) => message);
  assert.deepEqual(left.length, 1);
  assert.match(left.join(), /^The records of 1 hostname remain at old/);
});

test("a wait that one provider asked for ends with it, also at the same place", async () => {
  const { clock, world, place } = start();
  await using running = world;
  await clock.advance(MINUTE);
  const state = running.controller.zoneState("dns/com");
  assert.ok(state);
  retryNotBefore(state, clock.now() + 60 * MINUTE);
  const { meta, spec, kind } = zoneAt("old");
  world.apply({ kind, meta, spec: { ...spec, ttl: { min: 120, max: 300 } } });
  await clock.advance(MINUTE);
  assert.equal(place("old").writes.length, 2);
});
