import type { Millis } from "../../base/clock.ts";
import { MAX_HISTORY, MAX_HISTORY_ADDRESSES } from "../../api/alias/history-schema.ts";
import type { DnsAlias, HistoryEntry } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { addressSet, familyOf } from "../../dns/address/address.ts";
import { displayName } from "../../dns/name/name.ts";
import { ownHistory, pinOf, revisionPinned } from "../../plan/select/pin.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";
import { cutList, showsList } from "./field/status-limits.ts";
import { time } from "./field/time.ts";

/**
 * The published sets of addresses, newest first. An entry is added only with a change of the published addresses, so it needs no
 * additional status write. Undefined: nothing was published yet, or this version of dnsalias has not seen a change.
 */
export function nextHistory(facts: AliasFacts): readonly HistoryEntry[] | undefined {
  const { alias, inZones } = facts;
  const known = alias.status?.history ?? [];
  const place = inZones.find(({ lostTo, published }) => lostTo === undefined && published.length > 0);
  const addresses = place && ownAddresses(place);
  if (place === undefined || addresses === undefined || addresses.length === 0) {
    return orNone(known);
  }
  const [last] = known;
  if (last === undefined ? isListedBefore(alias, place) : showsAddresses(last, addresses)) {
    return orNone(known);
  }
  const before = last === undefined ? firstEntry(alias, place) : known;
  return added(facts, before, addresses);
}

function orNone(history: readonly HistoryEntry[]): readonly HistoryEntry[] | undefined {
  return history.length === 0 ? undefined : history;
}

/**
 * The published addresses of the alias itself at the name, without those of other aliases that share the name. Undefined: the
 * addresses of the alias are not written yet.
 */
function ownAddresses({ published, isShared, contribution }: NameInZone): readonly string[] | undefined {
  const all = addressSet(published.flatMap(({ type, data }) => (type === "HTTPS" ? [] : data)));
  if (isShared !== true) {
    return all;
  }
  const wanted = addressSet(Object.values(contribution?.sets ?? {}).flatMap((set) => set.addresses));
  return wanted.every((address) => all.includes(address)) ? wanted : undefined;
}

/** True if the status shows the published addresses, so that no change is due. */
function isListedBefore(alias: DnsAlias, place: NameInZone): boolean {
  const entry = entryOf(alias, place);
  return entry !== undefined && showsList(entry.addresses, addressSet(place.published.flatMap(({ data }) => data)));
}

function entryOf({ status }: DnsAlias, { hostname, zone }: NameInZone) {
  return status?.hostnames.find((entry) => entry.hostname === displayName(hostname) && entry.zone === zone);
}

/** The entry for the addresses from before the first change that this version of dnsalias sees. */
function firstEntry(alias: DnsAlias, place: NameInZone): readonly HistoryEntry[] {
  const { addresses = [], publishedTime } = entryOf(alias, place) ?? {};
  return addresses.length === 0 ||
    addresses.length > MAX_HISTORY_ADDRESSES ||
    publishedTime === undefined ||
    place.isShared === true
    ? []
    : [
        {
          revision: "r1",
          publishedTime,
          ...byFamily(addresses),
          targets: alias.status?.selected?.targets ?? targetNames(alias.spec.targets),
          reason: "Initial",
          generation: Math.max(0, alias.status?.observedGeneration ?? 0),
          uid: alias.meta.uid,
        },
      ];
}

function added(
  facts: AliasFacts,
  known: readonly HistoryEntry[],
  addresses: readonly string[],
): readonly HistoryEntry[] {
  const { alias, now } = facts;
  const own = known.filter(({ uid }) => uid === alias.meta.uid);
  const entry: HistoryEntry = {
    revision: `r${Math.max(0, ...own.map(({ revision }) => Number(revision.slice(1)))) + 1}`,
    publishedTime: time(now),
    ...byFamily(addresses),
    ...causeOf(facts, own[0], addresses),
    generation: alias.meta.generation,
    uid: alias.meta.uid,
  };
  const kept = withoutRotation(known, entry, now);
  return kept === known ? limited(alias, [entry, ...known]) : [{ ...entry, reason: "Rotating" }, ...kept];
}

/** Removes the oldest entry beyond the limit, except the entry that the annotation `dnsalias.io/pin` names. */
function limited(alias: DnsAlias, history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  if (history.length <= MAX_HISTORY) {
    return history;
  }
  const pinned = revisionPinned(alias);
  const oldest = history.findLastIndex(({ revision, uid }) => revision !== pinned || uid !== alias.meta.uid);
  return history.filter((_, index) => index !== oldest).slice(0, MAX_HISTORY);
}

/** Eight changes within this time, which are 30 an hour, count as a rotation. */
const ROTATION_MS: Millis = 16 * 60_000;

/** Combines frequent changes into one entry, which the next change replaces. The oldest entry remains. */
function withoutRotation(
  known: readonly HistoryEntry[],
  { reason }: HistoryEntry,
  now: Millis,
): readonly HistoryEntry[] {
  const [last, ...others] = known;
  const isRecent = (entry: HistoryEntry | undefined): boolean =>
    now - Date.parse(entry?.publishedTime ?? "") < ROTATION_MS;
  if (reason !== "Changed" || last === undefined) {
    return known;
  }
  if (last.reason === "Rotating") {
    return isRecent(last) ? others : known;
  }
  const oldest = known.at(-1);
  const isRotation =
    known.length === MAX_HISTORY && known.every((entry) => entry.reason === "Changed") && isRecent(oldest);
  return isRotation && oldest !== undefined ? [oldest] : known;
}

/** The targets of the set, and the reason of the change. */
function causeOf(
  { alias, steering, now }: AliasFacts,
  last: HistoryEntry | undefined,
  addresses: readonly string[],
): Pick<HistoryEntry, "targets" | "reason"> {
  const { pin } = pinOf(alias, now);
  if (pin !== undefined && !alias.spec.paused && pin.addresses.join() === addresses.join()) {
    const revision = ownHistory(alias).find((entry) => entry.revision === pin.label);
    return { targets: revision?.targets ?? [], reason: "Pinned" };
  }
  const selected = steering?.decision.selection.selected;
  const targets = selected?.targets ?? targetNames(alias.spec.targets);
  if (last === undefined) {
    return { targets, reason: "Initial" };
  }
  // During a pin, a switch isn't published. At the end of the pin, a switch from before it is not the reason of the change.
  const isNew = (selected?.since ?? -Infinity) >= Date.parse(last.publishedTime);
  const isSwitch = selected?.reason === "FailedOver" || selected?.reason === "FailedBack";
  if (isSwitch && isNew && targets.join() !== last.targets.join()) {
    return { targets, reason: selected.reason === "FailedOver" ? "FailedOver" : "FailedBack" };
  }
  return { targets, reason: last.generation === alias.meta.generation ? "Changed" : "Edited" };
}

function showsAddresses({ a = [], aaaa = [] }: HistoryEntry, addresses: readonly string[]): boolean {
  const shown = byFamily(addresses);
  return a.join() === (shown.a ?? []).join() && aaaa.join() === (shown.aaaa ?? []).join();
}

/** Returns the addresses by family, cut to the common limit. A family can use at least half of the limit. */
function byFamily(addresses: readonly string[]): Pick<HistoryEntry, "a" | "aaaa"> {
  const [a, aaaa] = (["A", "AAAA"] as const).map((family) => addresses.filter((one) => familyOf(one) === family));
  const cut = (own: readonly string[] = [], other: readonly string[] = []): readonly string[] =>
    cutList(own, Math.max(MAX_HISTORY_ADDRESSES / 2, MAX_HISTORY_ADDRESSES - other.length));
  return {
    ...(a !== undefined && a.length > 0 && { a: cut(a, aaaa) }),
    ...(aaaa !== undefined && aaaa.length > 0 && { aaaa: cut(aaaa, a) }),
  };
}
