import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { keyText, type TargetKey, type ViewId } from "../../dns/lookup-result.ts";
import type { Name } from "../../dns/name/name.ts";

/** The look-up streams that each alias needs; a stream lives as long as one alias needs it. */
export interface TargetSubscriptions {
  /** Takes over what the alias, as it is now, needs; undefined when it is gone. */
  update(key: ObjectKey, alias: DnsAlias | undefined): void;
  /** The aliases that one stream serves. */
  aliasesOf(key: TargetKey): Iterable<ObjectKey>;
  streamsOf(alias: ObjectKey): Iterable<TargetKey>;
  /** Streams and aliases that are remembered; 0 once no alias needs a stream. */
  size(): number;
}

export interface TargetSubscriptionsDeps {
  /** The zones that show the name, or are to show it. */
  readonly zonesOf: (alias: DnsAlias, hostname: Name) => readonly DnsZone[];
  readonly viewIdOf: (zone: DnsZone, allowPrivate: boolean) => ViewId;
  /** Starts a stream; the alias's status is where last-good comes back from after a restart. */
  readonly want: (key: TargetKey, alias: DnsAlias) => void;
  readonly drop: (key: TargetKey) => void;
}

export function createWants(deps: TargetSubscriptionsDeps): TargetSubscriptions {
  const byAlias = new Map<ObjectKey, ReadonlyMap<string, TargetKey>>();
  const byStream = new Map<string, Set<ObjectKey>>();
  return {
    update(key, alias) {
      const before = byAlias.get(key) ?? NOTHING;
      const now = alias === undefined ? NOTHING : streamsNeeded(deps, alias);
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
    size: () => byStream.size + byAlias.size,
  };
}

const NOTHING: ReadonlyMap<string, TargetKey> = new Map();

function streamsNeeded(deps: TargetSubscriptionsDeps, alias: DnsAlias): ReadonlyMap<string, TargetKey> {
  const streams = new Map<string, TargetKey>();
  if (alias.meta.deletedAt !== undefined) {
    return streams;
  }
  for (const view of viewsOf(deps, alias)) {
    for (const target of alias.spec.targets) {
      if (target.kind === "hostname") {
        for (const family of alias.spec.families) {
          const stream: TargetKey = { target: target.hostname, family, view };
          streams.set(keyText(stream), stream);
        }
      }
    }
  }
  return streams;
}

function viewsOf(deps: TargetSubscriptionsDeps, alias: DnsAlias): ReadonlySet<ViewId> {
  const views = new Set<ViewId>();
  for (const hostname of alias.spec.hostnames) {
    for (const zone of deps.zonesOf(alias, hostname)) {
      views.add(deps.viewIdOf(zone, alias.spec.allowPrivate));
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
