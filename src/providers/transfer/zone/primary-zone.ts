import type { Name } from "../../../dns/name/name.ts";
import type { AclEntry } from "./acl.ts";
import type { History } from "./journal.ts";

/** A zone as requests find it: the zone of a DnsZone, or a catalog. */
export interface PrimaryZone {
  readonly domain: Name;
  readonly acl: readonly AclEntry[];
  /** Undefined: its first complete plan is not applied yet. */
  readonly history: History | undefined;
}
