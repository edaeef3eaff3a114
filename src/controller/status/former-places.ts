import type { HostnameStatus } from "../../api/dns-alias.ts";
import { addressSet } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { moveEndsAt } from "../inventory/move/name-move.ts";
import type { AliasFacts, FormerPlace } from "./alias-facts.ts";
import { time } from "./field/time.ts";

/**
 * The status entries of records that former zones of a name still have. An entry remains until its zone is read. After a restart,
 * these entries are the only source for a backend that can't list its zone.
 */
export function formerStatuses({
  alias,
  former = [],
}: Pick<AliasFacts, "alias" | "former">): readonly HostnameStatus[] {
  return former.flatMap(({ hostname, zone, published }): readonly HostnameStatus[] => {
    if (published === undefined) {
      const text = displayName(hostname);
      return (alias.status?.hostnames ?? []).filter((entry) => entry.hostname === text && entry.zone === zone);
    }
    return published.length === 0
      ? []
      : [
          {
            hostname: displayName(hostname),
            zone,
            addresses: addressSet(published.flatMap((set) => set.data)),
            ttl: Math.min(...published.map((set) => set.ttl)),
            reason: "Moving",
          },
        ];
  });
}

/** True while a former zone keeps the name. */
export function isMoving({ former = [] }: Pick<AliasFacts, "former">, hostname: Name): boolean {
  return former.some((place) => place.hostname === hostname && place.move?.phase === "waiting");
}

/** Sentences about former zones that serve, or served, a name while its new zone doesn't serve it. */
export function formerTexts({ former = [] }: Pick<AliasFacts, "former">, hostname: Name): readonly string[] {
  return former.filter((place) => place.hostname === hostname).flatMap((place) => placeTexts(place));
}

function placeTexts({ hostname, zone, published = [], move }: FormerPlace): readonly string[] {
  const name = `Hostname ${displayName(hostname)}`;
  if (move === undefined || move.phase === "moved") {
    return [];
  }
  if (move.phase === "waiting") {
    const endsAt = moveEndsAt(move);
    return [
      endsAt !== undefined
        ? `${name} remains in DnsZone ${zone} until then, at most until ${time(endsAt)}`
        : move.stays === "frozen"
          ? `${name} remains in DnsZone ${zone} while it is paused or leads back to itself`
          : `${name} remains in DnsZone ${zone} until it is written to DnsZone ${move.to.join(", ")}`,
    ];
  }
  return [
    published.length === 0
      ? `${name} was withdrawn from DnsZone ${zone}, 10 minutes after it moved`
      : `${name} moved 10 minutes ago, and is due to be withdrawn from DnsZone ${zone}`,
  ];
}
