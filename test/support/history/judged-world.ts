import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { ObjectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import type { Replica, ReplicasWorld } from "../replicas-world.ts";
import type { ClaimTimeline } from "./claim-timeline.ts";
import type { RecordSet } from "./record-sets.ts";

/** What the rules go by: the world, and what they have to remember of its past. */
export interface JudgedWorld {
  readonly world: ReplicasWorld;
  readonly timeline: ClaimTimeline;
  /** All aliases that ask for a name, also those that don't have it, with `any` in place of a zone. */
  readonly askers: ClaimTimeline;
  /** Whether a replica leads, and knows all that happened. */
  readonly isLed: () => boolean;
  /** The RRsets that dnsalias manages at a place now. */
  readonly publishedAt: (place: string) => readonly RecordSet[];
  /** When something last changed, by a word such as `name shop.example.com.`, `target one.test`, `zone dns/com`, `place com`, `alias web/a`, `status web/a` (by another writer), `spoilt zone dns/com`, `mended zone dns/com`, `leader`, `faults`; `gone shop.example.com.` is when a deleted alias that had the name lost its finalizer, and `written dns/com shop.example.com.` when the zone last changed addresses there. */
  readonly changedAt: Map<string, Millis>;
  /** DnsZones that were deleted, with their last text. */
  readonly deletedZones: Map<ObjectKey, DnsZone>;
  /** Names, as `dns/org b.example.org.`, that were left behind when a deletion was given up at a backend that doesn't list its records: nobody can find them. */
  readonly abandoned: Set<string>;
  /** Names at backends that don't list their records, of which no object told when a process started. */
  readonly unlisted: Map<Replica, readonly string[]>;
  /** What was published and isn't any more, with the time of its end. */
  readonly published: PastSet[];
  /** For each zone, the deletes and the numbers of managed RRsets of the last hour. */
  readonly windows: Map<ObjectKey, GuardWindow>;
  /** For each place, the serial of the last write. */
  readonly serials: Map<string, number>;
  /** Every fault so far, each as `rule: sentence`. */
  readonly faults: string[];
}

interface PastSet {
  readonly place: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly until: Millis;
}

export interface GuardWindow {
  /** The RRsets, as `shop.example.com. A`, with the time of the delete, and whether they were created again. */
  readonly deletes: readonly { readonly at: Millis; readonly set: string; readonly isBack: boolean }[];
  readonly owned: readonly { readonly at: Millis; readonly count: number }[];
  /** The annotation that approved the last plan over the limit, with the time of its first write. */
  readonly approval?: { readonly hash: string; readonly at: Millis };
}
