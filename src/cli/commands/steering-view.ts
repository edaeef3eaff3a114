import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { HistoryView, SteeringView } from "../../ops/status-page/status-view.ts";
import { rfc3339 } from "../../plan/select/annotation-time.ts";
import { manualStates } from "../../plan/select/manual.ts";
import { addressesIn, ownHistory, pinOf, pinText } from "../../plan/select/pin.ts";

/** The present effects of an alias's annotations, and the mistakes in them, one sentence each. */
export function steeringViews(alias: DnsAlias, now: Millis): readonly SteeringView[] {
  const { pin, problem } = pinOf(alias, now);
  const { drained, forced, failbackAt, problems } = manualStates(alias, now);
  const effects = [
    ...(pin === undefined ? [] : [`${pinText(pin)}.`]),
    ...[...drained].map(([name, until]) => `Target ${name} is drained until ${rfc3339(until)}, by annotation.`),
    ...[...forced].map(([name, until]) => `Target ${name} counts as healthy until ${rfc3339(until)}, by annotation.`),
    ...(failbackAt === undefined
      ? []
      : [`A better target is selected again at ${rfc3339(failbackAt)}, by annotation.`]),
  ];
  return [
    ...effects.map((text) => ({ text, isMistake: false })),
    ...[problem ?? [], problems].flat().map(({ message }) => ({ text: message, isMistake: true })),
  ];
}

/** The history of an alias, without entries of a deleted object with the same name. */
export function historyViews(alias: DnsAlias): readonly HistoryView[] {
  return ownHistory(alias).map((entry) => ({
    revision: entry.revision,
    publishedTime: entry.publishedTime,
    addresses: addressesIn(entry),
    targets: entry.targets,
    reason: entry.reason,
  }));
}
