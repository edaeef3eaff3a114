import { byCodeUnit, sameMembers } from "../../src/base/order.ts";
import { parseName, type Name } from "../../src/dns/name/name.ts";
import type { RRset } from "../../src/dns/record.ts";
import { parseZoneFile } from "../../src/dns/zone-file/parse-zone-file.ts";
import type {
  BackendCapabilities,
  BackendChange,
  RecordBackend,
  RecordsRejected,
} from "../../src/providers/backend.ts";
import type { ApplyResult } from "../../src/providers/provider.ts";
import { targetOf } from "../../src/providers/rrset-changes.ts";
import { zoneText } from "./zone-text.ts";

/** A zone in memory behind the port that real servers have, with what a test needs to stand in for other people and for failures. */
export interface MemoryBackend extends RecordBackend {
  readonly domain: Name;
  /** Somebody else's hand. */
  put(set: RRset): void;
  remove(name: Name, type: string): void;
  list(): readonly RRset[];
  /** What the next calls answer instead of doing anything; undefined: works again. */
  fail(failure: Failure | undefined): void;
  /** The next batches with a change at which `isRejected` is true are rejected; undefined: none is. */
  reject(isRejected: ((target: RRset) => boolean) | undefined, as?: RejectOptions): void;
  /** Calls of each kind so far, failed ones too. */
  readonly reads: number;
  readonly applies: number;
  /** Batches that changed something. */
  readonly writes: number;
}

export type Failure = Extract<ApplyResult, { readonly kind: "failed" | "refused" }> | { readonly kind: "hangs" };

/** How a server rejects a batch. */
export interface RejectOptions extends Pick<RecordsRejected, "outage"> {
  readonly message?: string;
  /** The result names the RRsets. */
  readonly names?: boolean;
  /** The changes before the first rejected one take effect. */
  readonly partial?: boolean;
}

export interface MemoryBackendOptions extends Partial<BackendCapabilities> {
  /** Zone-file lines beside SOA and NS. */
  readonly records?: readonly string[];
  readonly id?: string;
}

export function memoryBackend(domain: string, options: MemoryBackendOptions = {}): MemoryBackend {
  const {
    atomic = "batch",
    comparesAndSwaps = true,
    listsZone = true,
    minTtl,
    lacks,
    records = [],
    id = "memory",
  } = options;
  const origin = parseName(domain);
  const sets = new Map(zoneSets(records, origin).map((set) => [keyOf(set), set]));
  const counts = { reads: 0, applies: 0, writes: 0 };
  let failure: Failure | undefined;
  let rejection: { readonly isRejected: (target: RRset) => boolean; readonly as: RejectOptions } | undefined;
  return {
    id,
    domain: origin,
    capabilities: {
      atomic,
      comparesAndSwaps,
      listsZone,
      ...(minTtl === undefined ? {} : { minTtl }),
      ...(lacks === undefined ? {} : { lacks }),
    },
    get reads() {
      return counts.reads;
    },
    get applies() {
      return counts.applies;
    },
    get writes() {
      return counts.writes;
    },
    put: (set) => void sets.set(keyOf(set), set),
    remove: (name, type) => void sets.delete(`${name} ${type}`),
    list: () => sorted(sets.values()),
    fail: (next) => {
      failure = next;
    },
    reject: (isRejected, as = {}) => {
      rejection = isRejected && { isRejected, as };
    },
    async read(names, signal) {
      counts.reads += 1;
      if (failure !== undefined) {
        return failure.kind === "hangs" ? hang(signal) : failure;
      }
      const asked = new Set<string>(names);
      const seen = sorted(sets.values()).filter(({ name, type }) => TYPES.has(type) && (listsZone || asked.has(name)));
      const delegations = [...sets.values()]
        .filter(({ name, type }) => type === "NS" && name !== origin && (listsZone || isBelowAsked(asked, name)))
        .map(({ name }) => name);
      return { kind: "ok", sets: seen, complete: listsZone, delegations };
    },
    async apply({ changes }, signal) {
      counts.applies += 1;
      if (failure !== undefined) {
        return failure.kind === "hangs" ? hang(signal) : failure;
      }
      const conflict = changes.map((change) => conflictOf(change, sets)).find((found) => found !== undefined);
      if (conflict !== undefined) {
        return { kind: "conflict", message: conflict };
      }
      const first = changes.findIndex((change) => rejection?.isRejected(targetOf(change)));
      if (rejection !== undefined && first >= 0) {
        const { isRejected, as } = rejection;
        if (as.partial === true) {
          changes.slice(0, first).forEach((change) => carryOut(change, sets));
        }
        return rejectedBy(changes.map(targetOf).filter(isRejected), as);
      }
      const wrote = changes.map((change) => carryOut(change, sets)).includes(true);
      counts.writes += wrote ? 1 : 0;
      return { kind: "applied", revision: "", wrote };
    },
  };
}

function rejectedBy(
  targets: readonly RRset[],
  { message = "refused by policy", names, partial, outage }: RejectOptions,
): RecordsRejected {
  return {
    kind: "rejected",
    message,
    ...(names === true && {
      records: targets.map(({ name, type }) => ({ name, type, reason: "Rejected" as const, message })),
    }),
    ...(partial === true && { partial }),
    ...(outage !== undefined && { outage }),
  };
}

/** A query for a name below a delegation is answered with it. */
function isBelowAsked(asked: ReadonlySet<string>, delegation: Name): boolean {
  return [...asked].some((name) => name === delegation || name.endsWith(`.${delegation}`));
}

const TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "HTTPS", "CNAME", "TXT"]);

function zoneSets(records: readonly string[], origin: Name): readonly RRset[] {
  const zone = parseZoneFile(zoneText(records), origin);
  if (zone.kind === "invalid") {
    throw new Error(JSON.stringify(zone.problems));
  }
  return zone.records;
}

function sorted(sets: Iterable<RRset>): readonly RRset[] {
  return [...sets].sort((a, b) => byCodeUnit(keyOf(a), keyOf(b)));
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

function conflictOf({ before, after }: BackendChange, sets: ReadonlyMap<string, RRset>): string | undefined {
  const key = keyOf(after ?? before);
  const now = sets.get(key);
  return same(now, before) || same(now, after) ? undefined : `${key} is no longer as it was read`;
}

function carryOut({ before, after }: BackendChange, sets: Map<string, RRset>): boolean {
  const key = keyOf(after ?? before);
  if (same(sets.get(key), after)) {
    return false;
  }
  if (after === undefined) {
    sets.delete(key);
  } else {
    sets.set(key, after);
  }
  return true;
}

function same(a: RRset | undefined, b: RRset | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.ttl === b.ttl && sameMembers(a.data, b.data);
}

function keyOf(set: { readonly name: string; readonly type: string } | undefined): string {
  return set === undefined ? "" : `${set.name} ${set.type}`;
}
