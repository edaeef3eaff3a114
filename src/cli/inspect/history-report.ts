import type { DnsAlias, HistoryEntry } from "../../api/dns-alias.ts";
import { addressesIn } from "../../plan/select/pin.ts";
import type { Sink } from "../terminal/streams.ts";
import { harmless, styled } from "../terminal/text.ts";

/** The published sets of addresses of an alias, newest first, each with its difference from the next older set. */
export function historyText(sink: Sink, { meta, status }: DnsAlias): string {
  const history = status?.history ?? [];
  const lines = history.flatMap((entry, index) => entryLines(sink, entry, history[index + 1], meta.uid));
  return lines.length === 0 ? "no history: no change of published addresses was seen\n" : `${lines.join("\n")}\n`;
}

function entryLines(sink: Sink, entry: HistoryEntry, before: HistoryEntry | undefined, uid: string): readonly string[] {
  const { revision, publishedTime, reason, targets } = entry;
  const of = entry.uid === uid ? "" : ", of a deleted DnsAlias";
  const from = targets.length === 0 ? "" : ` (${targets.join(", ")})`;
  const [after, earlier] = [new Set(addressesIn(entry)), new Set(before === undefined ? [] : addressesIn(before))];
  const changes = [
    ...[...earlier]
      .filter((address) => !after.has(address))
      .map((address) => styled(sink, "red", `  - ${harmless(address)}`)),
    ...[...after].map((address) =>
      earlier.has(address) ? `    ${harmless(address)}` : styled(sink, "green", `  + ${harmless(address)}`),
    ),
  ];
  return [harmless(`${revision}  ${publishedTime}  ${reason}${from}${of}`), ...changes];
}
