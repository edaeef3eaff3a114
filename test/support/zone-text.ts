export interface ZoneTextOptions {
  /** Default 1. */
  readonly serial?: number;
  /** Of records without one, in seconds; default 60. Also the negative TTL (RFC 2308). */
  readonly ttl?: number;
}

/** A zone file with SOA and one NS (`ns`, at 127.0.0.1) before the given lines; `@` is the zone's apex. */
export function zoneText(records: readonly string[], { serial = 1, ttl = 60 }: ZoneTextOptions = {}): string {
  return [
    `$TTL ${ttl}`,
    `@ IN SOA ns hostmaster ${serial} 3600 600 86400 ${ttl}`,
    "@ IN NS ns",
    "ns IN A 127.0.0.1",
    ...records,
    "",
  ].join("\n");
}
