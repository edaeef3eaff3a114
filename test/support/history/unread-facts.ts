import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { aliasesOf, isWithin } from "./claims.ts";
import type { JudgedWorld } from "./judged-world.ts";

/** A leader that read a DnsZone before it was spoilt goes by its last valid spec. */
export function isZoneNeverRead({ world, changedAt }: JudgedWorld, key: ObjectKey): boolean {
  const spoiltAt = changedAt.get(`zone ${key}`) ?? 0;
  return world.unreadZones.has(key) && leadersOf(world).every(({ startedAt }) => startedAt > spoiltAt);
}

/** Whether the DnsZone couldn't be read at that time, and no process that leads now had read a valid text of it. */
export function wasZoneNeverRead({ world, changedAt }: JudgedWorld, key: ObjectKey, at: Millis): boolean {
  const spoiltAt = changedAt.get(`spoilt zone ${key}`) ?? Infinity;
  const mendedAt = changedAt.get(`mended zone ${key}`) ?? -Infinity;
  const isMended = spoiltAt <= mendedAt && mendedAt <= at;
  return spoiltAt <= at && !isMended && leadersOf(world).every(({ startedAt }) => startedAt > spoiltAt);
}

/** Whether an alias can't be read, and a process that leads never read a valid text of it. Of its spec and its status, such a leader knows the hostnames. */
export function isNeverRead({ world, changedAt }: JudgedWorld, { meta }: DnsAlias): boolean {
  const key = objectKey(meta);
  const spoiltAt = changedAt.get(`spoilt ${key}`) ?? 0;
  return world.unread.has(key) && leadersOf(world).every(({ startedAt }) => startedAt >= spoiltAt);
}

/** The living aliases that can't be read and ask for the name. */
export function unreadByText({ world }: JudgedWorld, name: string): readonly DnsAlias[] {
  return aliasesOf(world, name).filter(({ meta }) => world.unread.has(objectKey(meta)));
}

/** The living aliases that no leader ever read, and whose status has a name that they don't ask for: its records stay as they are (decision 123). */
export function unreadByStatus(judged: JudgedWorld, name: string): readonly DnsAlias[] {
  return [...judged.world.aliases.values()].filter(
    (alias) =>
      alias.meta.deletedAt === undefined &&
      alias.spec.hostnames.every((hostname) => hostname !== name) &&
      (alias.status?.hostnames ?? []).some(({ hostname }) => `${hostname}.` === name) &&
      isNeverRead(judged, alias),
  );
}

/** Whether an alias that asks for the name, or a DnsZone that can have it, can't be read. */
export function isUnread(judged: JudgedWorld, name: string): boolean {
  const { world } = judged;
  return (
    unreadByText(judged, name).length > 0 ||
    [...world.zones.values()].some(
      ({ meta, spec }) => isWithin(name, spec.domain) && world.unreadZones.has(objectKey(meta)),
    )
  );
}

function leadersOf({ replicas }: JudgedWorld["world"]): readonly { readonly startedAt: number }[] {
  return [...replicas].filter((one) => one.leads());
}
