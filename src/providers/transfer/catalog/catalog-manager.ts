import { rrsetKey } from "../../../dns/record.ts";
import type { Clock, Millis } from "../../../base/clock.ts";
import { byCodeUnit } from "../../../base/order.ts";
import type { Name } from "../../../dns/name/name.ts";
import { catalogSets, catalogSoa, MAX_CATALOG_NAME } from "./catalog-zone.ts";
import { wireRRset, type WireRRset } from "../zone/wire-rrset.ts";
import { firstSerial, serialAfter } from "../zone/serials.ts";
import type { PrimaryZone } from "../zone/primary-zone.ts";
import { appendVersion, type History, versionOf } from "../zone/journal.ts";
import { aclEntryOf, type ZoneEntry, type ZoneRegistry } from "../zone/zone-registry.ts";

export interface CatalogKeeperDeps {
  readonly clock: Clock;
  readonly registry: Pick<ZoneRegistry, "entries" | "owner">;
  /** False while this process may not serve zones. It then creates no catalog and notifies no secondary. */
  readonly isServing: () => boolean;
  /**
   * The DnsZones (namespace/name) that will be claimed. Undefined while not all are known. If a zone is missing in a catalog,
   * secondaries drop it.
   */
  readonly expected: () => readonly string[] | undefined;
  readonly onChanged: (catalog: Name, history: History, members: readonly ZoneEntry[]) => void;
  /** Called if one catalog can't be updated. Its served version remains, and the others are updated. */
  readonly onFailed: (catalog: Name, error: unknown) => void;
}

/** Keeps the catalog zones (RFC 9432) equal to the zones that belong to them. */
export interface CatalogKeeper {
  /** Reports a possible change. The catalogs are updated a moment later, so that one update has several changes. */
  touch(): void;
  zoneOf(catalog: Name): PrimaryZone | undefined;
  /** Stops serving all catalogs. */
  clear(): void;
  /** Runs until the signal aborts, and then rejects. */
  run(signal: AbortSignal): Promise<void>;
}

interface Kept {
  readonly history: History;
  readonly names: readonly Name[];
  /**
   * The zones whose clients may transfer the catalog, and whose secondaries are notified of it: its members, and the members that
   * the last version removed.
   */
  readonly audience: readonly ZoneEntry[];
  readonly madeAt: Millis;
}

const GATHER_MS: Millis = 100;
/** At most one version each second, so that the serial is the time and increases at a restart. */
const LEAST_MS: Millis = 1_000;
/**
 * How long a new catalog waits until all of its zones are served. If it lists a zone before the zone is served, secondaries get the
 * zone only at their next try.
 */
const READY_WITHIN_MS: Millis = 5_000;

export function createCatalogKeeper(deps: CatalogKeeperDeps): CatalogKeeper {
  const kept = new Map<Name, Kept>();
  let touched = Promise.withResolvers<void>();
  let since: Millis | undefined;
  const read = (): boolean => {
    if (!deps.isServing()) {
      return true;
    }
    const entries = [...deps.registry.entries()];
    const isComplete = deps.expected()?.every((owner) => deps.registry.owner(owner) !== undefined) ?? false;
    if (!isComplete) {
      return entries.every(({ spec }) => spec.catalog === undefined);
    }
    since ??= deps.clock.now();
    const isLate = deps.clock.now() - since >= READY_WITHIN_MS;
    return catalogsOf(entries, kept).reduce(
      (done, catalog) => tryKeep(deps, kept, { catalog, entries, isLate }) && done,
      true,
    );
  };
  return {
    touch: () => touched.resolve(),
    zoneOf(catalog) {
      const zone = kept.get(catalog);
      return zone && { domain: catalog, acl: zone.audience.map(aclEntryOf), history: zone.history };
    },
    clear() {
      kept.clear();
      since = undefined;
      touched.resolve();
    },
    async run(signal) {
      signal.addEventListener("abort", () => touched.resolve(), { once: true });
      for (;;) {
        await touched.promise;
        await deps.clock.sleep(GATHER_MS, signal);
        touched = Promise.withResolvers();
        if (!read()) {
          touched.resolve();
        }
      }
    },
  };
}

function catalogsOf(entries: readonly ZoneEntry[], kept: ReadonlyMap<Name, Kept>): readonly Name[] {
  const wanted = entries.flatMap(({ spec }) => spec.catalog ?? []);
  // A catalog whose names would be too long is skipped. Its DnsZones report this fault themselves.
  return [...new Set([...kept.keys(), ...wanted])].filter(({ length }) => length <= MAX_CATALOG_NAME);
}

interface CatalogRead {
  readonly catalog: Name;
  readonly entries: readonly ZoneEntry[];
  readonly isLate: boolean;
}

/** A fault in one catalog doesn't affect the others. */
function tryKeep(deps: CatalogKeeperDeps, kept: Map<Name, Kept>, read: CatalogRead): boolean {
  try {
    return keep(deps, kept, read);
  } catch (error) {
    deps.onFailed(read.catalog, error);
    return true;
  }
}

/** Returns false if the catalog must be checked again later. */
function keep(deps: CatalogKeeperDeps, kept: Map<Name, Kept>, { catalog, entries, isLate }: CatalogRead): boolean {
  const before = kept.get(catalog);
  const members = entries.filter(({ spec }) => spec.catalog === catalog);
  const waits = before === undefined && !isLate && members.some(({ published }) => published === undefined);
  if (waits) {
    return false;
  }
  const listed = new Set(before?.names);
  const names = [
    ...new Set(
      members
        .filter(({ published, domain }) => before === undefined || published !== undefined || listed.has(domain))
        .map(({ domain }) => domain),
    ),
  ].sort(byCodeUnit);
  const gone = (before?.audience ?? []).filter(({ domain }) => !names.includes(domain));
  if (before !== undefined && names.join() === before.names.join()) {
    kept.set(catalog, { ...before, audience: [...members, ...gone] });
    return true;
  }
  const madeAt = deps.clock.now();
  if (before !== undefined && madeAt - before.madeAt < LEAST_MS) {
    return false;
  }
  const history = nextHistory(catalog, before?.history, names, catalogSerial(before, members, madeAt));
  const audience = [...members, ...gone.filter(({ domain }) => listed.has(domain))];
  kept.set(catalog, { history, names, audience, madeAt });
  deps.onChanged(catalog, history, audience);
  return true;
}

/** After a restart, only the serials of the members show the earlier serial. */
function catalogSerial(before: Kept | undefined, members: readonly ZoneEntry[], now: Millis): number {
  const known = before === undefined ? members.map(({ published }) => published?.history.current.serial) : [];
  const serials = [before?.history.current.serial, ...known];
  return before === undefined
    ? firstSerial({ remembered: undefined, known: serials, unixSeconds: now / 1_000 })
    : serialAfter(serials, now / 1_000);
}

function nextHistory(catalog: Name, before: History | undefined, names: readonly Name[], serial: number): History {
  const known = before?.current.sets;
  const sets = new Map<string, WireRRset>();
  for (const set of catalogSets(catalog, names)) {
    const key = rrsetKey(set);
    sets.set(key, known?.get(key) ?? wireRRset(set));
  }
  const [soa] = wireRRset(catalogSoa(catalog, serial)).records;
  if (soa === undefined) {
    throw new TypeError("an SOA without a record");
  }
  const version = versionOf(serial, soa, sets);
  return before === undefined ? { current: version, journal: [] } : appendVersion(before, version);
}
