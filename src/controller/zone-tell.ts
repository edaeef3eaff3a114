import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { ObjectKey } from "../api/meta.ts";
import { displayName } from "../dns/name.ts";
import type { Write } from "../plan/change.ts";
import type { ApplyResult } from "../providers/provider.ts";
import type { Observer, Reporter } from "./ports.ts";

export interface TellDeps {
  readonly reporter: Pick<Reporter, "event">;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
}

/** A first write of ten thousand names is one log line, not ten thousand Events. */
const TOLD_WRITES = 100;

/** One Event on each alias whose records changed; a withdrawal is told on the zone, since its alias may be gone. */
export function tellPublished(deps: TellDeps, zone: DnsZone, writes: readonly Write[]): void {
  for (const change of writes.slice(0, TOLD_WRITES)) {
    const { name, type } = change.kind === "delete" ? change.before : change.after;
    const gone = change.kind === "create" ? "nothing" : change.before.addresses.join(", ");
    const come = change.kind === "delete" ? "nothing" : change.after.addresses.join(", ");
    const message = `${displayName(name)} ${type}: ${gone} → ${come}`;
    const aliases = change.kind === "delete" ? [] : change.after.resources.flatMap((key) => deps.aliasOf(key) ?? []);
    const reason = change.kind === "delete" ? "Withdrawn" : "Published";
    for (const object of change.kind === "delete" ? [zone] : aliases) {
      deps.reporter.event(object, { type: "Normal", reason, message });
    }
  }
}

/** The word under which a write is counted. */
export function countedAs(result: ApplyResult): Parameters<Observer["zoneWrite"]>[1] {
  if (result.kind !== "applied") {
    return result.kind;
  }
  return result.wrote ? "written" : "unchanged";
}

export function tally(writes: readonly Write[]): {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
} {
  const count = (kind: Write["kind"]): number => writes.filter((write) => write.kind === kind).length;
  return { created: count("create"), updated: count("update"), deleted: count("delete") };
}
