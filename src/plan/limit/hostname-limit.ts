import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";

/** A hostname that aliases of a namespace ask for in a DnsZone, with the oldest of them. */
export interface HostnameAge {
  readonly hostname: Name;
  /** A status lists records of it in the DnsZone. */
  readonly isPublished: boolean;
  readonly createdAt: Millis;
  readonly alias: ObjectKey;
}

/**
 * The hostnames of a namespace beyond `tenants.maxHostnames`: the youngest by their alias (creation time, then namespace/name, then the hostname). Published hostnames count as older
 * than all others, so that a hostname that is added to an old alias doesn't take the records of another.
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
