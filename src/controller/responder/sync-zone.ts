import { setImmediate as turn } from "node:timers/promises";
import type { Millis } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { servedBaseOf } from "../../api/zone-references.ts";
import { byCodeUnit } from "../../base/order.ts";
import { displayName, isAtOrBelow } from "../../dns/name/name.ts";
import { parseZoneFile } from "../../dns/zone-file/parse-zone-file.ts";
import type { Name } from "../../dns/name/name.ts";
import { byAge, type Claim } from "../../plan/claims.ts";
import { leavingClaims } from "./leaving-names.ts";
import type { ServedAlias } from "../../responder/answer-source.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { BaseText, ZoneSyncDeps, SyncProblem, ZoneSyncState, ReadBase } from "./zone-sync-context.ts";
import {
  servedAlias,
  servedBase,
  type ServedBase,
  servedSerial,
  unreadAlias,
  withServedSerial,
} from "./served-base.ts";

/** Interval of reads of a missing or invalid base zone, because a correction may cause no event. */
const AGAIN_MS: Millis = 60_000;
/**
 * The number of names between two checks of the clock, and the maximum time without a turn of the event loop. On a busy event loop,
 * a turn takes long, so a slice ends only when the time is over.
 */
const SLICE = 500;
const SLICE_MS: Millis = 10;
const SHOWN_PROBLEMS = 3;

type ReadText = Extract<BaseText, { readonly kind: "ok" }>;

/** Updates the served zone of a domain if it has changed. Returns when to call the function again. */
export async function syncZone(
  deps: ZoneSyncDeps,
  state: ZoneSyncState,
  domain: string,
  signal: AbortSignal,
): Promise<Requeue> {
  const zone = chosen(deps, state, domain);
  const spec = zone === undefined ? undefined : servedBaseOf(zone.spec);
  if (zone === undefined || spec === undefined) {
    state.unhandled.delete(domain);
    const above = state.served.has(domain) ? servedAbove(state, domain) : undefined;
    if (above !== undefined) {
      // The zone above is updated first, to exclude the names of this domain. Otherwise it would answer NXDOMAIN for them.
      await syncZone(deps, state, above, signal);
    }
    withdraw(deps, state, domain);
    return { requeue: "done" };
  }
  const read = await deps.port.readBase(zone, spec, signal);
  if (read.kind === "failed") {
    deps.log.warn(
      { zone: objectKey(zone.meta), err: read.message },
      "base zone not read; serving the last known good one",
    );
    await serveLastGood(deps, state, zone, signal);
    return { requeue: read.retryAfterMs === undefined ? "backoff" : { afterMs: read.retryAfterMs } };
  }
  const base = baseOf(state, zone, read);
  if (typeof base === "string") {
    await serveLastGood(deps, state, zone, signal);
    recordProblem(deps, state, zone, outOfDate(state, domain, base));
    state.unhandled.delete(domain);
    return { requeue: { afterMs: AGAIN_MS } };
  }
  state.reported.delete(objectKey(zone.meta));
  await serve(deps, state, zone, base);
  state.unhandled.delete(domain);
  return { requeue: "done" };
}

/**
 * Serves the zone with the last valid base zone. As with published records, hostnames continue to follow their targets, and new
 * ones are served.
 */
async function serveLastGood(
  deps: ZoneSyncDeps,
  state: ZoneSyncState,
  zone: DnsZone,
  signal: AbortSignal,
): Promise<void> {
  const { domain } = zone.spec;
  const known = state.bases.get(domain);
  const text = known?.zone === objectKey(zone.meta) ? known.text : await deps.port.lastGoodBase?.(zone, signal);
  const base =
    text === undefined
      ? undefined
      : baseOf(state, zone, { kind: "ok", text, location: "the last known good base zone" });
  if (base !== undefined && typeof base !== "string") {
    await serve(deps, state, zone, base);
    state.unhandled.delete(domain);
  }
}

/** The oldest zone of the domain that has a base zone. */
function chosen(deps: ZoneSyncDeps, state: ZoneSyncState, domain: string): DnsZone | undefined {
  const keys = [...(state.byDomain.get(domain) ?? [])].filter((key) => deps.store.missingConsents(key) === undefined);
  const zones = keys.flatMap((key) => deps.store.zone(key) ?? []).sort(byAge);
  const first = zones.find(({ spec }) => servedBaseOf(spec) !== undefined);
  for (const zone of zones) {
    if (servedBaseOf(zone.spec) === undefined) {
      const message =
        "The responder does not serve the DnsZone. Its provider has no base zone, and spec.responder.baseZone is not set.";
      recordProblem(deps, state, zone, { reason: "NotServed", message });
    } else if (zone !== first && first !== undefined) {
      const message = `The responder serves ${displayName(zone.spec.domain)} from the older DnsZone ${objectKey(first.meta)}.`;
      recordProblem(deps, state, zone, { reason: "NotServed", message });
    }
  }
  return first;
}

/** The nearest served zone above the domain. */
export function servedAbove({ served }: ZoneSyncState, domain: string): Name | undefined {
  const above = [...served.values()].filter((other) => domain !== other.domain && domain.endsWith(`.${other.domain}`));
  const [nearest] = above.sort((a, b) => b.domain.length - a.domain.length);
  return nearest?.domain;
}

function withdraw({ port, log, recordBase }: ZoneSyncDeps, state: ZoneSyncState, domain: string): void {
  const served = state.served.get(domain);
  state.bases.delete(domain);
  if (served !== undefined) {
    state.served.delete(domain);
    recordBase(served.zone, undefined);
    port.removeZone(served.domain);
    log.info({ zone: served.zone, domain }, "zone no longer served");
  }
}

function recordProblem(
  { log, onProblem }: ZoneSyncDeps,
  state: ZoneSyncState,
  zone: DnsZone,
  problem: SyncProblem,
): void {
  const key = objectKey(zone.meta);
  if (state.reported.get(key) !== problem.message) {
    state.reported.set(key, problem.message);
    log.warn({ zone: key, reason: problem.reason, message: problem.message }, "zone not served, or served out of date");
    onProblem(zone, problem);
  }
}

function outOfDate(state: ZoneSyncState, domain: string, cause: string): SyncProblem {
  return state.served.has(domain)
    ? { reason: "ServedOutOfDate", message: `The responder serves an older version of the DnsZone: ${cause}` }
    : { reason: "NotServed", message: `The responder does not serve the DnsZone: ${cause}` };
}

/** Returns the base zone, or its mistake. */
function baseOf(
  state: ZoneSyncState,
  { meta, spec: { domain } }: DnsZone,
  { text, location }: ReadText,
): ReadBase | string {
  if (text === undefined) {
    return `${location} does not exist`;
  }
  const known = state.bases.get(domain);
  if (known?.text === text && known.zone === objectKey(meta)) {
    return known;
  }
  const parsed = parseZoneFile(text, domain);
  if (parsed.kind === "invalid") {
    const shown = parsed.problems.slice(0, SHOWN_PROBLEMS);
    return `${location}: ${shown.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join("; ")}`;
  }
  const read = { zone: objectKey(meta), text, base: servedBase(domain, parsed.records) };
  state.bases.set(domain, read);
  return read;
}

async function serve(deps: ZoneSyncDeps, state: ZoneSyncState, zone: DnsZone, { text, base }: ReadBase): Promise<void> {
  const { domain, responder } = zone.spec;
  const { uid, generation } = zone.meta;
  const key = objectKey(zone.meta);
  const claims = deps.store.claimsVersion(key);
  const last = state.served.get(domain);
  const left = leavingClaims(deps, state, zone);
  const leaving = [...left.keys()].join(" ");
  const isSame = last?.uid === uid && last.generation === generation && last.claims === claims;
  const reserved = reservedBelow(deps, state, domain, base);
  const isFree = reserved.length === 0;
  const unread = deps.store.unreadHostnames(key).filter((name) => !left.has(name) && !base.hides(name));
  const isSameHold = last?.reserved === reserved.join(" ") && last.unread === unread.join(" ");
  if (isSame && last.text === text && last.leaving === leaving && isSameHold) {
    return;
  }
  deps.recordBase(key, base.encloserOf);
  const startedAt = deps.clock.now();
  const aliases = await aliasesOf(deps, zone, base, left);
  const serial = servedSerial(base, last?.serial, startedAt / 1000);
  deps.port.setZone({
    domain,
    sets: withServedSerial(base, serial),
    aliases: [...aliases, ...unread.map((name) => unreadAlias(zone, name))],
    clientSubnet: responder.clientSubnet,
    ...(isFree ? {} : { reserved }),
  });
  state.served.set(domain, {
    domain,
    zone: key,
    uid,
    generation,
    claims,
    text,
    serial,
    leaving,
    reserved: reserved.join(" "),
    unread: unread.join(" "),
  });
  const tookMs = deps.clock.now() - startedAt;
  deps.log.info({ zone: key, domain, serial, names: aliases.length, tookMs }, "zone served");
}

/**
 * Returns the names below a domain that belong to unreadable, deleted, or unserved DnsZones, sorted. A name with a claim is
 * answered normally. An unserved DnsZone is omitted if the base zone has records in its domain.
 */
function reservedBelow(deps: ZoneSyncDeps, state: ZoneSyncState, domain: Name, base: ServedBase): readonly Name[] {
  const { store } = deps;
  const names = [
    ...store.reservedZones().map((zone) => zone.domain),
    ...store.reservedHostnames(),
    ...store.namesLeftReserved(),
    ...unservedBelow(deps, state, domain).filter((below) =>
      base.records.every(({ name }) => !isAtOrBelow(name, below)),
    ),
  ];
  return [...new Set(names)].filter((name) => name !== domain && isAtOrBelow(name, domain)).sort(byCodeUnit);
}

function unservedBelow(deps: ZoneSyncDeps, state: ZoneSyncState, domain: Name): readonly Name[] {
  return [...new Set(state.domainOf.values())].filter(
    (below) => below !== domain && isAtOrBelow(below, domain) && isUnserved(deps, state, below),
  );
}

/**
 * True for a domain whose DnsZones can't be served, because none has a valid base zone. False for a domain without a known DnsZone.
 */
export function isUnserved({ store }: ZoneSyncDeps, state: ZoneSyncState, domain: string): boolean {
  const keys = [...(state.byDomain.get(domain) ?? [])].filter((key) => store.missingConsents(key) === undefined);
  const zones = keys.flatMap((key) => store.zone(key) ?? []);
  const hasBase = zones.some(({ spec }) => servedBaseOf(spec) !== undefined);
  return zones.length > 0 && (!hasBase || !state.served.has(domain)) && !state.unhandled.has(domain);
}

async function aliasesOf(
  deps: ZoneSyncDeps,
  zone: DnsZone,
  base: ServedBase,
  leaving: ReadonlyMap<Name, Claim>,
): Promise<readonly ServedAlias[]> {
  const aliases: ServedAlias[] = [];
  let seen = 0;
  const startedAt = deps.clock.now();
  let since = startedAt;
  for (const [name, claim] of entriesOf(deps.store.claimsIn(objectKey(zone.meta)), leaving)) {
    const alias = servedAlias(zone, base, name, claim, startedAt);
    if (alias !== undefined) {
      aliases.push(alias);
    }
    seen += 1;
    if (seen % SLICE === 0 && deps.clock.now() - since >= SLICE_MS) {
      // If a name changes during this turn, the zone is sent again.
      await turn();
      since = deps.clock.now();
    }
  }
  return aliases;
}

function* entriesOf<K, V>(...maps: readonly ReadonlyMap<K, V>[]): Generator<readonly [K, V]> {
  for (const map of maps) {
    yield* map;
  }
}
