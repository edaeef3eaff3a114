import type { Clock, Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Seconds } from "../../dns/record.ts";
import { pinOf } from "../../plan/select/pin.ts";
import type { HealthObserver } from "../ports/observer.ts";

/** The records of one hostname in one zone. */
export interface ServedRecords {
  /** When every server was first seen to serve them. Undefined: not yet. */
  readonly publishedAt: Millis | undefined;
  readonly published: readonly { readonly ttl: Seconds }[];
}

/** The switches whose records are not yet served by every server. */
export type UnservedSwitches = Map<ObjectKey, { readonly at: Millis; readonly lastSuccessAt: Millis }>;

interface SwitchTimesDeps {
  readonly clock: Clock;
  readonly observer: Pick<HealthObserver, "switchServed">;
}

/** Measures the last switch of an alias once its records are served. A switch of a pinned alias is not served, so it isn't measured. */
export function recordServed(
  { clock, observer }: SwitchTimesDeps,
  unserved: UnservedSwitches,
  alias: DnsAlias,
  records: readonly ServedRecords[],
): void {
  const key = objectKey(alias.meta);
  if (pinOf(alias, clock.now()).pin !== undefined) {
    unserved.delete(key);
    return;
  }
  const change = unserved.get(key);
  const times = records.map(({ publishedAt }) => publishedAt ?? -Infinity);
  if (change === undefined || times.length === 0 || Math.min(...times) < change.at) {
    return;
  }
  unserved.delete(key);
  const ttlMs = Math.max(0, ...records.flatMap(({ published }) => published.map(({ ttl }) => ttl))) * 1000;
  observer.switchServed(key, Math.max(...times) - change.lastSuccessAt + ttlMs);
}
