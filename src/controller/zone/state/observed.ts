import type { Millis } from "../../../base/clock.ts";
import type { Name } from "../../../dns/name/name.ts";
import { sameMembers } from "../../../base/order.ts";
import { rrsetKey } from "../../../dns/record.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../../plan/change.ts";
import type { InheritedNames } from "../../../plan/inherited/inherited.ts";
import type { ActualZone, InputProblem } from "../../../providers/provider.ts";

/** The result of the last read of a zone's backend. */
export interface Observed {
  /** Undefined: the backend has to be read before the next plan. */
  readonly actual: ActualZone | undefined;
  /** Counts changes of the spec, of an input, and of the term. A read from before the last change may be out of date. */
  readonly inputVersion: number;
  /** The RRsets of dnsalias, by {@link rrsetKey}. While `actual` is undefined, the last known ones. */
  readonly owned: ReadonlyMap<string, ActualRRset>;
  /** The serial of the last known content, also while `actual` is undefined. Undefined: the backend has none, or it is not known. */
  readonly serial: number | undefined;
  /** Undefined: never read. */
  readonly readAt: Millis | undefined;
  /** The names of the last read, including former ones. Records at other names are not known. */
  readonly readNames: ReadonlySet<Name>;
  /** Whether the backend lists the RRsets of dnsalias. Undefined: not known before the first read. */
  readonly lists: boolean | undefined;
  /** The fault in an input of the zone at the last read. Hostnames continue to follow their targets. */
  readonly inputProblem: InputProblem | undefined;
  /**
   * The inherited RRsets of each name, which can't be assigned to a target before all targets of the name are read. Undefined
   * before the first read of a term.
   */
  readonly inherited: InheritedNames | undefined;
  /** The namespace for whose aliases each name is published. */
  readonly publishedFor: ReadonlyMap<Name, string>;
  /** Writes whose result is not known. The next read shows which of them took effect. */
  readonly lostWrites: readonly Write[];
}

/** The state before the first read. `lists` is the capability of the provider. */
export function nothingObserved(lists: false | undefined): Observed {
  return {
    actual: undefined,
    inputVersion: 0,
    owned: new Map(),
    serial: undefined,
    readAt: undefined,
    readNames: new Set(),
    lists,
    inputProblem: undefined,
    inherited: undefined,
    publishedFor: new Map(),
    lostWrites: [],
  };
}

/** Requires another read of the backend, also in a round that has already read it. */
export function inputChanged(observed: Observed): Observed {
  return { ...observed, actual: undefined, inputVersion: observed.inputVersion + 1 };
}

/** The state at the start of a term, because other replicas may have written since the last one. */
export function termStarted(observed: Observed): Observed {
  return { ...inputChanged(observed), inherited: undefined, publishedFor: new Map(), lostWrites: [] };
}

/** Requires another read, because the backend may have other records than those that were read. */
export function readInvalidated(observed: Observed): Observed {
  return observed.actual === undefined ? observed : { ...observed, actual: undefined };
}

/** The state after writes that failed, and that may have taken effect. */
export function writesLost(observed: Observed, lostWrites: readonly Write[]): Observed {
  return { ...readInvalidated(observed), lostWrites };
}

/** The state after a new provider of the same location was created. Only `lists`, a capability of the provider, changes. */
export function providerChanged(observed: Observed, lists: false | undefined): Observed {
  return { ...observed, lists };
}

/** The content of the backend, for a round that began when the inputs had the version `since`. */
export interface BackendContent {
  readonly actual: ActualZone;
  readonly ownerId: string;
  readonly since: Observed["inputVersion"];
}

export interface Read extends BackendContent {
  readonly names: ReadonlySet<Name>;
  readonly at: Millis;
}

/** The state after a read. A read that began before an input change has to be repeated. */
export function readDone(observed: Observed, { names, at, ...content }: Read): Observed {
  const { inputProblem, isPartial } = content.actual;
  const read = withContent(observed, content);
  const found = observed.lostWrites.filter(
    (write) => write.kind !== "delete" && sameSet(read.owned.get(rrsetKey(write.after)), write.after),
  );
  return {
    ...read,
    publishedFor: withWritten(read.publishedFor, found),
    lostWrites: [],
    readAt: at,
    readNames: names,
    lists: observed.lists !== false && isPartial !== true,
    inputProblem,
  };
}

/** The state after a write. */
export function writeDone(
  observed: Observed,
  { writes, ...content }: BackendContent & { readonly writes: readonly Write[] },
): Observed {
  return withContent({ ...observed, publishedFor: withWritten(observed.publishedFor, writes) }, content);
}

function withWritten(before: Observed["publishedFor"], writes: readonly Write[]): Observed["publishedFor"] {
  const publishedFor = new Map(before);
  for (const write of writes) {
    const namespace = write.kind === "delete" ? undefined : namespaceOfSet(write.after);
    if (write.kind !== "delete" && namespace !== undefined) {
      publishedFor.set(write.after.name, namespace);
    }
  }
  return publishedFor;
}

/** The namespace of the aliases of an RRset. Undefined: it has none. */
export function namespaceOfSet({ resources: [resource] }: Pick<DesiredRRset, "resources">): string | undefined {
  return resource?.slice(0, resource.indexOf("/"));
}

/** Stores the namespaces of the names, and their inherited RRsets. */
export function inheritanceFound(
  observed: Observed,
  found: { readonly publishedFor: ReadonlyMap<Name, string>; readonly inherited: InheritedNames },
): Observed {
  return { ...observed, ...found };
}

/** The names with RRsets of dnsalias. */
export function ownedNames({ owned }: Pick<Observed, "owned">): ReadonlySet<Name> {
  return new Set([...owned.values()].map(({ name }) => name));
}

/** The names whose dnsalias RRsets differ between two states. Empty before the first read. */
export function changedNames(
  before: Pick<Observed, "owned" | "readAt">,
  now: Pick<Observed, "owned">,
): readonly Name[] {
  if (before.readAt === undefined || before.owned === now.owned) {
    return [];
  }
  const changed = now.owned.values().filter((set) => !sameSet(before.owned.get(rrsetKey(set)), set));
  const gone = before.owned.values().filter((set) => !now.owned.has(rrsetKey(set)));
  return [...new Set([...changed, ...gone].map(({ name }) => name))];
}

export function sameSet(known: ActualRRset | undefined, { ttl, data }: Pick<ActualRRset, "ttl" | "data">): boolean {
  return known !== undefined && known.ttl === ttl && sameMembers(known.data, data);
}

function withContent(observed: Observed, { actual, ownerId, since }: BackendContent): Observed {
  const owned = new Map(actual.sets.filter((set) => set.owner === ownerId).map((set) => [rrsetKey(set), set] as const));
  const names = ownedNames({ owned });
  const { publishedFor } = observed;
  return {
    ...observed,
    actual: since === observed.inputVersion ? actual : undefined,
    owned,
    serial: actual.serial ?? observed.serial,
    publishedFor: publishedFor.keys().every((name) => names.has(name))
      ? publishedFor
      : new Map([...publishedFor].filter(([name]) => names.has(name))),
  };
}
