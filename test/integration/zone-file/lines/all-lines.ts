import { GENERIC_LINES } from "./generic-lines.ts";
import { KEY_LINES } from "./key-lines.ts";
import { NAME_LINES } from "./name-lines.ts";
import type { RecordLine } from "./record-line.ts";
import { SVCB_LINES } from "./svcb-lines.ts";
import { TEXT_LINES } from "./text-lines.ts";

/** Every line of the tables by the domain of a zone of its own. */
export const LINES: ReadonlyMap<string, RecordLine> = new Map(
  Object.entries({
    generic: GENERIC_LINES,
    key: KEY_LINES,
    name: NAME_LINES,
    svcb: SVCB_LINES,
    text: TEXT_LINES,
  }).flatMap(([kind, table]) => table.map((line, index) => [`${kind}-${index + 1}.example`, line] as const)),
);

/** A zone with this text from line 5 on, behind SOA, NS and the name server's address. */
export function zoneOf(text: string): string {
  return `$TTL 300\n@ IN SOA ns hostmaster 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\n${text}\n`;
}

/** The line on one line, and not too long, for the name of a test. */
export function titleOf({ text }: RecordLine): string {
  const title = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("\\\\", "\\");
  return title.length > 100 ? `${title.slice(0, 100)}…` : title;
}

/** The domain of a zone with all lines that every server can serve. */
export const WHOLE = "whole.example";

/** Its lines by domain. */
export const WHOLE_LINES = chosenLines(({ cannotServe, cannotTake }) => (cannotServe ?? cannotTake) === undefined);

/** The lines that dnsalias reads and that are chosen, by domain. */
export function chosenLines(isChosen: (line: RecordLine) => boolean): ReadonlyMap<string, RecordLine> {
  return new Map([...LINES].filter(([, line]) => line.refused === undefined && isChosen(line)));
}

/** A zone with several lines; `spelling` chooses how each is written. Each has an origin of its own, named as its zone in {@link LINES}. */
export function zoneOfLines(
  zone: string,
  lines: ReadonlyMap<string, RecordLine>,
  spelling: (line: RecordLine) => string,
): string {
  const parts = [...lines].map(
    ([domain, line]) => `$TTL 300\n$ORIGIN ${domain.replace(".example", "")}.${zone}.\n${spelling(line)}`,
  );
  return zoneOf(parts.join("\n"));
}

/** All zones, {@link WHOLE} among them, as texts by domain. */
export function zoneTexts(spelling: (line: RecordLine) => string): ReadonlyMap<string, string> {
  const texts = [...LINES].map(([domain, line]) => [domain, zoneOf(spelling(line))] as const);
  return new Map([...texts, [WHOLE, zoneOfLines(WHOLE, WHOLE_LINES, spelling)]]);
}

/** As dnsalias reads the line. */
export function asWritten({ text }: RecordLine): string {
  return text;
}

/** In a spelling that BIND reads. */
export function asBindReads({ text, bindReads }: RecordLine): string {
  return bindReads ?? text;
}
