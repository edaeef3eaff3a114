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

/** A first write of ten thousand names is one log line, not ten thousand Events. */
const TOLD_WRITES = 100;

/** One Event on each alias whose records changed; a withdrawal is told on the zone, since its alias may be gone. */
export function recordPublished(deps: EventDeps, zone: DnsZone, writes: readonly Write[]): void {
  for (const write of writes.slice(0, TOLD_WRITES)) {
    const event = eventOf(write);
    const aliases = write.kind === "delete" ? [] : write.after.resources.flatMap((key) => deps.aliasOf(key) ?? []);
    for (const object of write.kind === "delete" ? [zone] : aliases) {
      deps.reporter.event(object, { type: "Normal", ...event });
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

/** Counts, logs and reports foreign edits that were put right. */
export function recordRepaired(deps: EventDeps, zone: DnsZone, messages: readonly string[]): void {
  for (const message of messages) {
    deps.observer.drift(objectKey(zone.meta));
    deps.log.warn({ zone: objectKey(zone.meta), detail: message }, "foreign edit undone");
  }
  for (const message of messages.slice(0, TOLD_WRITES)) {
    deps.reporter.event(zone, { type: "Warning", reason: "DriftRepaired", message });
  }
}

function eventOf(write: Write): { readonly reason: string; readonly message: string } {
  switch (write.kind) {
    case "create":
      return { reason: "Published", message: `${head(write.after)}: nothing → ${contents(write.after)}` };
    case "update":
      return write.before.owner === undefined
        ? {
            reason: "Adopted",
            message: `${head(write.after)}: ${contents(write.before)} with TTL ${write.before.ttl} s, which somebody else had written, was taken over → ${contents(write.after)}`,
          }
        : { reason: "Published", message: changeText(write.before, write.after) };
    case "delete":
      return { reason: "Withdrawn", message: `${head(write.before)}: ${contents(write.before)} → nothing` };
  }
}

/** A TTL is shown only if it changes: it may be all that does. */
function changeText(before: ActualRRset, after: DesiredRRset): string {
  const ttlOf = ({ ttl }: ActualRRset | DesiredRRset): string => (before.ttl === after.ttl ? "" : ` with TTL ${ttl} s`);
  return `${head(after)}: ${contents(before)}${ttlOf(before)} → ${contents(after)}${ttlOf(after)}`;
}

function head({ name, type }: DesiredRRset | ActualRRset): string {
  return `${displayName(name)} ${type}`;
}

function contents({ data }: DesiredRRset | ActualRRset): string {
  return data.join(", ");
}
