import type { Logger } from "../../base/log.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { displayName } from "../../dns/name/name.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../plan/change.ts";
import type { ApplyResult } from "../../providers/provider.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter } from "../ports/reporter.ts";

export interface EventDeps {
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "event">;
  readonly observer: Pick<Observer, "drift">;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
}

/** The maximum number of Events for one write. A first write of ten thousand names is one log line, not ten thousand Events. */
const TOLD_WRITES = 100;

/**
 * Reports one Event for each alias whose records changed. The Event of a withdrawal is on the DnsZone, because its alias may no
 * longer exist.
 */
export function recordPublished(deps: EventDeps, zone: DnsZone, writes: readonly Write[]): void {
  for (const write of writes.slice(0, TOLD_WRITES)) {
    const event = eventOf(write);
    const aliases = write.kind === "delete" ? [] : write.after.resources.flatMap((key) => deps.aliasOf(key) ?? []);
    for (const object of write.kind === "delete" ? [zone] : aliases) {
      deps.reporter.event(object, { type: "Normal", ...event });
    }
  }
}

/** The label with which the metrics count a write. */
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

/** Counts, logs, and reports changes by other writers that were restored. */
export function recordRepaired(deps: EventDeps, zone: DnsZone, messages: readonly string[]): void {
  for (const message of messages) {
    deps.observer.drift(objectKey(zone.meta));
    deps.log.warn({ zone: objectKey(zone.meta), message }, "change by another writer reverted");
  }
  for (const message of messages.slice(0, TOLD_WRITES)) {
    deps.reporter.event(zone, { type: "Warning", reason: "DriftRepaired", message });
  }
}

function eventOf(write: Write): { readonly reason: string; readonly message: string } {
  switch (write.kind) {
    case "create":
      return { reason: "Published", message: `Published ${textOf(write.after)}.` };
    case "update":
      return write.before.owner === undefined
        ? {
            reason: "Adopted",
            message: `Adopted ${textOf(write.before)} of another writer. Published ${textOf(write.after)}.`,
          }
        : {
            reason: "Published",
            message: `Published ${textOf(write.after)} instead of ${contents(write.before)}${formerTtl(write)}.`,
          };
    case "delete":
      return { reason: "Withdrawn", message: `Withdrew ${textOf(write.before)}.` };
  }
}

/** The former TTL as text, empty if the TTL doesn't change. The TTL may be the only change of an update. */
function formerTtl({ before, after }: Extract<Write, { kind: "update" }>): string {
  return before.ttl === after.ttl ? "" : ` (TTL ${before.ttl}s)`;
}

function textOf({ name, type, ttl, data }: DesiredRRset | ActualRRset): string {
  return `${displayName(name)} ${type} ${data.join(", ")} (TTL ${ttl}s)`;
}

function contents({ data }: DesiredRRset | ActualRRset): string {
  return data.join(", ");
}
