import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { lookupNames } from "../../api/target-names.ts";
import { keyText, type TargetKey, type ViewId } from "../../dns/lookup-result.ts";
import type { Name } from "../../dns/name/name.ts";

/** The lookup streams of each alias. A stream exists as long as one alias needs it. */
export interface TargetSubscriptions {
  /** Updates the subscriptions of the alias. Undefined: it no longer exists. */
  update(key: ObjectKey, alias: DnsAlias | undefined): void;
  /** The aliases that use the stream. */
  aliasesOf(key: TargetKey): Iterable<ObjectKey>;
  streamsOf(alias: ObjectKey): Iterable<TargetKey>;
  /**
   * The namespace in whose turn the stream is looked up: of the namespaces that use it, the one with the fewest streams. A
   * namespace therefore can't delay another one by using the same targets.
   */
  namespaceOf(key: TargetKey): string;
  /** The number of remembered streams and aliases. 0 if no alias needs a stream. */
  size(): number;
}

export interface TargetSubscriptionsDeps {
  /** The zones that publish the name, or will publish it. */
  readonly zonesOf: (alias: DnsAlias, hostname: Name) => readonly DnsZone[];
  readonly viewIdOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  /** Starts a stream. After a restart, the status of the alias has its last known good addresses. */
  readonly want: (key: TargetKey, alias: DnsAlias) => void;
  readonly drop: (key: TargetKey) => void;
}

export function createWants(deps: TargetSubscriptionsDeps): TargetSubscriptions {
  const byAlias = new Map<ObjectKey, ReadonlyMap<string, TargetKey>>();
  const byStream = new Map<string, Set<ObjectKey>>();
  const streamCounts = new Map<string, number>();
  return {
    update(key, alias) {
      const before = byAlias.get(key) ?? NOTHING;
      const now = alias === undefined ? NOTHING : streamsNeeded(deps, alias);
      countStreams(streamCounts, namespaceOfKey(key), now.size - before.size);
      for (const [text, stream] of now) {
        if (!before.has(text)) {
          const users = byStream.get(text) ?? new Set();
          byStream.set(text, users.add(key));
          if (alias !== undefined) {
            deps.want(stream, alias);
          }
        }
      }
      for (const [text, stream] of before) {
        if (!now.has(text)) {
          forget(byStream, text, key);
          deps.drop(stream);
        }
      }
      if (now.size === 0) {
        byAlias.delete(key);
      } else {
        byAlias.set(key, now);
      }
    },
    aliasesOf: (stream) => byStream.get(keyText(stream)) ?? [],
    streamsOf: (alias) => byAlias.get(alias)?.values() ?? [],
    namespaceOf: (stream) => smallestNamespace(byStream.get(keyText(stream)) ?? [], streamCounts),
    size: () => byStream.size + byAlias.size,
  };
}

const NOTHING: ReadonlyMap<string, TargetKey> = new Map();

/** The maximum number of users that are compared for one stream. Further users don't count. */
const USERS_TO_COMPARE = 64;

function smallestNamespace(users: Iterable<ObjectKey>, counts: ReadonlyMap<string, number>): string {
  let smallest = "";
  let compared = 0;
  for (const user of users) {
    const namespace = namespaceOfKey(user);
    if (compared === 0 || (counts.get(namespace) ?? 0) < (counts.get(smallest) ?? 0)) {
      smallest = namespace;
    }
    compared += 1;
    if (compared === USERS_TO_COMPARE) {
      break;
    }
  }
  return smallest;
}

function namespaceOfKey(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}

function countStreams(counts: Map<string, number>, namespace: string, by: number): void {
  const next = (counts.get(namespace) ?? 0) + by;
  if (next === 0) {
    counts.delete(namespace);
  } else {
    counts.set(namespace, next);
  }
}

function streamsNeeded(deps: TargetSubscriptionsDeps, alias: DnsAlias): ReadonlyMap<string, TargetKey> {
  const streams = new Map<string, TargetKey>();
  if (alias.meta.deletedAt !== undefined) {
    return streams;
  }
  for (const view of viewsOf(deps, alias)) {
    for (const target of alias.spec.targets.flatMap(lookupNames)) {
      for (const family of alias.spec.families) {
        const stream: TargetKey = { target, family, view };
        streams.set(keyText(stream), stream);
      }
    }
  }
  return streams;
}

function viewsOf(deps: TargetSubscriptionsDeps, alias: DnsAlias): ReadonlySet<ViewId> {
  const views = new Set<ViewId>();
  for (const hostname of alias.spec.hostnames) {
    for (const zone of deps.zonesOf(alias, hostname)) {
      views.add(deps.viewIdOf(zone, alias));
    }
  }
  return views;
}

function forget(byStream: Map<string, Set<ObjectKey>>, text: string, key: ObjectKey): void {
  const users = byStream.get(text);
  users?.delete(key);
  if (users?.size === 0) {
    byStream.delete(text);
  }
}
