import assert from "node:assert/strict";
import type { DnsAlias } from "../../src/api/dns-alias.ts";
import { familyOf } from "../../src/dns/address/address.ts";
import { displayName } from "../../src/dns/name/name.ts";
import { FAMILIES, type Family } from "../../src/dns/record.ts";
import { MINUTE, type Stage } from "./controller-stage.ts";

/**
 * The longest time after which a leader has an address that the target has no more, all targets with a TTL of 60 s. docs/concepts/freshness.md: an address of a target that rotates may stay for
 * three cycles of 71 s and two look-ups more, and here a look-up takes up to 8 s.
 */
const BOUND_MS = 4 * MINUTE;

/** Addresses that aliases name themselves. */
const STATIC: ReadonlySet<string> = new Set(["203.0.113.7", "203.0.113.99"]);

/** A record set that dnsalias manages, in a written text. */
export interface WrittenSet {
  readonly name: string;
  readonly type: string;
  readonly data: readonly string[];
}

/** Fails for an address that dnsalias did not write last time either, and that no target has or had within the bound. */
export function checkAddresses(
  { world, targets, written }: Stage,
  location: string,
  sets: readonly WrittenSet[],
): void {
  const last = written.get(location) ?? new Set();
  const now = world.clock.now();
  const lines = sets.flatMap(({ name, type, data }) =>
    data.map((address) => ({ address, line: `${name} ${type} ${address}` })),
  );
  for (const { address, line } of lines) {
    const goneMs = Math.min(
      ...targets.map((target) => world.history.goneForMs(`${target} ${familyOf(address)}`, address, now)),
    );
    assert.ok(
      last.has(line) || STATIC.has(address) || goneMs <= BOUND_MS,
      `${line} was written at ${location}, which no target has had for ${goneMs / 1000} s`,
    );
  }
  written.set(location, new Set(lines.map(({ line }) => line)));
}

/** Fails for an answer at query time with an address that no target had, or that is called fresh and is not. */
export function checkLiveAnswer(
  { world, targets }: Stage,
  question: string,
  { addresses, freshUntil }: { readonly addresses: readonly string[]; readonly freshUntil: number },
): void {
  const now = world.clock.now();
  const boundMs = freshUntil > now ? BOUND_MS : Number.MAX_VALUE;
  for (const address of addresses.filter((one) => !STATIC.has(one))) {
    const goneMs = Math.min(
      ...targets.map((target) => world.history.goneForMs(`${target} ${familyOf(address)}`, address, now)),
    );
    assert.ok(
      goneMs <= boundMs,
      `${question} was answered with ${address}, which no target has had for ${goneMs / 1000} s`,
    );
  }
}

/**
 * Whether a name of this alias may have no addresses of the family: no target is known to have any, all that had some were empty for a minute, or failed for longer than the alias bears.
 */
export function mayLackFamily(stage: Stage, { spec }: DnsAlias, family: Family): boolean {
  return (
    !spec.paused &&
    spec.targets.every((target) =>
      target.kind === "addresses"
        ? target.addresses.every((address) => familyOf(address) !== family)
        : mayTargetLack(stage, spec, displayName(target.hostname), family),
    )
  );
}

function mayTargetLack({ world }: Stage, spec: DnsAlias["spec"], target: string, family: Family): boolean {
  const now = world.clock.now();
  const other = FAMILIES.find((one) => one !== family) ?? family;
  const good = world.lastGoodOf.get(`${target} ${family}`);
  const empty = world.lastEmptyOf.get(`${target} ${family}`) ?? -1;
  if (good === undefined) {
    return empty >= 0;
  }
  const isEmpty = empty >= good && now - good >= MINUTE;
  const isOtherGood = (world.lastGoodOf.get(`${target} ${other}`) ?? -1) > good;
  const isStale = spec.onStale !== "Keep" && now - good > spec.maxStalenessMs - 2 * MINUTE;
  return (isEmpty && (isOtherGood || spec.onEmpty !== "Hold")) || isStale;
}
