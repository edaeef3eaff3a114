import assert from "node:assert/strict";
import { byCodeUnit } from "../../src/base/order.ts";
import type { DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone } from "../../src/api/dns-zone.ts";
import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { propose } from "../../src/controller/zone/propose-changes.ts";
import { createStore, type Store } from "../../src/controller/inventory/store.ts";
import { displayName, parseName, parseOwnerName, type Name } from "../../src/dns/name/name.ts";
import { FAMILIES } from "../../src/dns/record.ts";
import { planZone } from "../../src/plan/zone-plan.ts";
import { readZoneText } from "../../src/providers/coredns/zone-text.ts";
import { checkAddresses, mayLackFamily, type WrittenSet } from "./controller-addresses.ts";
import { describe, MAX_DELETE_PERCENT, MINUTE, type Stage, ZONES } from "./controller-stage.ts";
import { answer } from "./objects.ts";
import { writeTargetOf, type Replica, type ReplicasWorld } from "./replicas-world.ts";

/** What each write of a zone file must hold to, at the moment of the write. */
export function checkWrite(
  stage: Stage,
  replica: Replica,
  location: string,
  before: string | undefined,
  after: string,
): void {
  const { world, serials } = stage;
  const held = [...replica.controller.store.zones()].find((one) => writeTargetOf(one) === location);
  const domain = parseName(ZONES.find((one) => one[2] === location)?.[1] ?? "");
  const now = readZoneText(after, domain);
  assert.ok(
    (stage.baseTexts.get(location) ?? []).some((text) => after.includes(text)),
    "the base zone's records are as they were",
  );
  const serial = now.serial ?? -1;
  assert.ok(serial > (serials.get(location) ?? -1), `serial ${serial} after ${serials.get(location)}`);
  serials.set(location, serial);
  checkGuard(world, location, readZoneText(before ?? "", domain).sets, now.sets);
  checkAddresses(stage, location, now.sets);
  checkFamilies(stage, replica, { location, before: readZoneText(before ?? "", domain).sets, after: now.sets });
  const left = new Set(now.sets.map(({ name }) => name));
  for (const name of new Set(readZoneText(before ?? "", domain).sets.map((set) => set.name))) {
    const isInBase = after.slice(0, after.indexOf("; BEGIN")).includes(`\n${name}`) && name !== domain;
    if (!left.has(name) && held !== undefined && !isInBase) {
      const winners = winnersOf(replica.controller.store, location, name);
      // Where others have the name too, nobody can tell which address was whose.
      const unread = winners.length > 0 || replica.isHeld() ? [] : unreadAt(stage, replica, name);
      assert.deepEqual(unread, [], `${name} was blanked, and these cannot be read`);
      for (const winner of winners) {
        assert.ok(
          mayBeBlank(stage, winner),
          `${name} was blanked at ${location}: ${describe(winner)} ${JSON.stringify([...world.targets])}`,
        );
      }
    }
  }
}

/** The guard: from 10 record sets up, no write takes away more than the share that the zone allows, unless somebody approved it. */
function checkGuard(
  { zones }: ReplicasWorld,
  location: string,
  before: readonly WrittenSet[],
  after: readonly WrittenSet[],
): void {
  const keys = new Set(after.map(({ name, type }) => `${name} ${type}`));
  const deletes = before.filter(({ name, type }) => !keys.has(`${name} ${type}`)).length;
  const approved = [...zones.values()].some(
    (zone) => writeTargetOf(zone) === location && zone.meta.annotations[APPROVE_ANNOTATION] !== undefined,
  );
  assert.ok(
    approved || before.length < 10 || deletes * 100 <= before.length * MAX_DELETE_PERCENT,
    `${deletes} of ${before.length} record sets were deleted at ${location}, which nobody had approved`,
  );
}

/** A name that stays keeps both families, unless no alias that has it may still show one of them. */
function checkFamilies(
  stage: Stage,
  replica: Replica,
  write: { readonly location: string; readonly before: readonly WrittenSet[]; readonly after: readonly WrittenSet[] },
): void {
  const { location, before, after } = write;
  const keys = new Set(after.map(({ name, type }) => `${name} ${type}`));
  const names = new Set(after.map(({ name }) => name));
  for (const { name, type } of before.filter((set) => names.has(set.name) && !keys.has(`${set.name} ${set.type}`))) {
    const family = FAMILIES.find((one) => one === type);
    const owner = parseOwnerName(name);
    const winners = winnersOf(replica.controller.store, location, owner);
    if (
      family === undefined ||
      winners.length === 0 ||
      unreadAt(stage, replica, owner).length > 0 ||
      replica.isHeld()
    ) {
      continue;
    }
    assert.ok(
      winners.every((winner) => mayLackFamily(stage, winner, family)),
      `${name} lost its ${type} records at ${location}: ${winners.map(describe).join("; ")} ${JSON.stringify([...stage.world.targets])}`,
    );
  }
}

function unreadAt({ world }: Stage, { controller }: Replica, name: Name): readonly ObjectKey[] {
  return [...world.unread.keys()].filter(
    (key) =>
      controller.store.alias(key) === undefined && world.aliases.get(key)?.spec.hostnames.includes(name) === true,
  );
}

function winnersOf(store: Store, location: string, name: Name): readonly DnsAlias[] {
  const zones = [...store.zones()].filter(
    (one) => writeTargetOf(one) === location && store.zoneWithSameTarget(one) === undefined,
  );
  return zones.flatMap((one) => store.claimsIn(objectKey(one.meta)).get(name)?.winners ?? []);
}

/** Only when every target was empty long enough to be believed, or failed for longer than the alias bears. */
function mayBeBlank({ world: { clock, lastGood, lastEmpty } }: Stage, { spec }: DnsAlias): boolean {
  const now = clock.now();
  return (
    !spec.paused &&
    spec.targets.every((target) => {
      if (target.kind === "addresses") {
        return false;
      }
      const name = displayName(target.hostname);
      const good = lastGood.get(name) ?? 0;
      const isEmpty = spec.onEmpty === "Withdraw" && (lastEmpty.get(name) ?? -1) >= good && now - good >= MINUTE;
      // The controller's last good reading may be up to one TTL older than the last good moment.
      return isEmpty || (spec.onStale === "Withdraw" && now - good > spec.maxStalenessMs - 2 * MINUTE);
    })
  );
}

/** What must be true once all is quiet. */
export function checkEnd(stage: Stage): void {
  const { world } = stage;
  const truth = createStore(writeTargetOf);
  world.zones.forEach((one) => truth.note({ kind: "zone", zone: one }));
  world.aliases.forEach((one) => truth.note({ kind: "alias", alias: one }));
  truth.settle(Infinity);
  for (const one of world.aliases.values()) {
    assert.equal(one.meta.deletedAt, undefined, `${objectKey(one.meta)} was let go`);
  }
  for (const one of world.zones.values()) {
    if (truth.zoneWithSameTarget(one) === undefined) {
      checkZone(stage, truth, one);
    }
  }
}

function checkZone({ world }: Stage, truth: Store, one: DnsZone): void {
  const location = writeTargetOf(one);
  const claims = truth.claimsIn(objectKey(one.meta));
  const plan = planZone({
    zone: one,
    claims,
    answerOf: (target, family) => {
      const says = world.targets.get(displayName(target));
      const all = says === undefined || typeof says === "string" ? [] : says;
      const empty = { emptySince: 1, goodAt: undefined };
      const own = all.filter((address) => (family === "A") !== address.includes(":"));
      return answer(displayName(target), family, [...own].sort(byCodeUnit), own.length > 0 ? {} : empty);
    },
    viewIdOf: () => "view",
    claimantsOf: () => [],
    now: world.clock.now(),
  });
  const text = world.stores.get(location)?.text ?? "";
  const published = readZoneText(text, one.spec.domain).sets;
  for (const name of new Set(published.map((set) => set.name))) {
    assert.ok(claims.has(name), `${name} is an orphan in ${objectKey(one.meta)}`);
  }
  for (const { name, sets, frozen } of plan.names) {
    const winners = claims.get(name)?.winners ?? [];
    const remembers = winners.some(({ spec }) =>
      spec.targets.some(
        (target) => target.kind === "hostname" && world.targets.get(displayName(target.hostname)) === "nxdomain",
      ),
    );
    const have = published.filter((set) => set.name === name).flatMap(({ data }) => data);
    const want = sets.flatMap(({ data }) => data);
    if (!frozen && !remembers) {
      assert.deepEqual([...have].sort(byCodeUnit), [...want].sort(byCodeUnit), `${name} in ${objectKey(one.meta)}`);
    } else if (!frozen) {
      assert.deepEqual(
        want.filter((address) => !have.includes(address)),
        [],
        `${name} in ${objectKey(one.meta)} lacks some`,
      );
    }
    winners.forEach((winner) => checkStatus(winner, one, name, have));
  }
  checkOwnPlan(world, one, text);
}

function checkStatus(winner: DnsAlias, one: DnsZone, name: Name, have: readonly string[]): void {
  const key = objectKey(winner.meta);
  const entry = winner.status?.hostnames.find(
    (status) => status.hostname === displayName(name) && status.zone === objectKey(one.meta),
  );
  assert.deepEqual(
    [...(entry?.addresses ?? [])].sort(byCodeUnit),
    [...have].sort(byCodeUnit),
    `status of ${key} at ${name}`,
  );
  assert.equal(winner.status?.observedGeneration, winner.meta.generation, `${key} is observed`);
}

/** By what the leader knows nothing is left to do. */
function checkOwnPlan(world: ReplicasWorld, one: DnsZone, text: string): void {
  for (const { controller } of [...world.replicas].filter((replica) => replica.leads())) {
    const state = controller.zoneState(objectKey(one.meta));
    assert.ok(state?.plan !== undefined);
    const actual = readZoneText(text, one.spec.domain).sets.map((set) => ({ ...set, owner: "me" }));
    const { changes } = propose({ zone: one, plan: state.plan, actual, ownerId: "me", maxNames: undefined });
    assert.deepEqual(changes, [], "the plan is empty");
    assert.equal(state.outcome.kind, "ok");
    assert.equal(
      one.status?.conditions.find(({ type }) => type === "Ready")?.status,
      "True",
      `${objectKey(one.meta)} is ready`,
    );
    assert.deepEqual(
      [state.propagation.current, state.propagation.total],
      [2, 2],
      `both servers of ${objectKey(one.meta)} follow`,
    );
    assert.equal(one.status?.names, new Set(actual.map(({ name }) => name)).size);
  }
}
