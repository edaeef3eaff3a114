import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";

/** A hostname that aliases of a namespace list in a DnsZone, with the age of the oldest of these aliases. */
export interface HostnameAge {
  readonly hostname: Name;
  /** True if a status lists records of the hostname in the DnsZone. */
  readonly isPublished: boolean;
  readonly createdAt: Millis;
  readonly alias: ObjectKey;
}

/**
 * The hostnames of a namespace beyond `tenants.maxHostnames`: the youngest by their alias (creation time, then namespace/name,
 * then the hostname). Published hostnames count as older than all others. A new hostname of an old alias therefore never
 * displaces a published hostname.
 */
export function hostnamesOverLimit(hostnames: readonly HostnameAge[], limit: number): ReadonlySet<Name> {
  return new Set(
    hostnames.length <= limit
      ? []
      : [...hostnames]
          .sort(older)
          .slice(limit)
          .map((one) => one.hostname),
  );
}

function older(a: HostnameAge, b: HostnameAge): number {
  return (
    Number(b.isPublished) - Number(a.isPublished) ||
    a.createdAt - b.createdAt ||
    byCodeUnit(a.alias, b.alias) ||
    byCodeUnit(a.hostname, b.hostname)
  );
}
