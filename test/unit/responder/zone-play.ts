import type { WireRecord } from "../../../src/dns/message/message.ts";
import { zoneName } from "../../support/zone-name.ts";
import type { Name } from "../../../src/dns/name/name.ts";
import { printRdata } from "../../../src/dns/rdata/codec.ts";
import type { Family } from "../../../src/dns/record.ts";
import { CLASS, rcodeName, typeName, typeNumber } from "../../../src/dns/registry.ts";
import { readZoneEntries } from "../../../src/dns/zone-file/records.ts";
import type { AnswerContext, AnswerResult } from "../../../src/responder/answer/answer-types.ts";
import { answer } from "../../../src/responder/answer/answer.ts";
import type { ClientAnswer, ServedAlias, ServedZone } from "../../../src/responder/answer-source.ts";
import type { ZoneView } from "../../../src/responder/zone/zone-view.ts";
import { groupRRsets } from "../../../src/dns/zone-file/parse-zone-file.ts";

/** The clock of these tests. */
export const NOW = 1_000_000;

/** A name as people write it; "." and wildcards too. */
export function nameOf(text: string): Name {
  const name = zoneName(text);
  if (name === undefined) {
    throw new Error(`not a name: ${text}`);
  }
  return name;
}

/** A zone of zone-file lines with TTL 300, without a check of the whole, so that a test can have what no whole zone has. */
export function served(domain: string, lines: readonly string[], aliases: readonly ServedAlias[] = []): ServedZone {
  const origin = nameOf(domain);
  const { records, problems } = readZoneEntries(`$TTL 300\n${lines.join("\n")}\n`, origin, 5);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new Error(`line ${problem.line - 1}: ${problem.message}`);
  }
  return { domain: origin, sets: groupRRsets(records), aliases, clientSubnet: false };
}

export function alias(name: string, more: Partial<Omit<ServedAlias, "name">> = {}): ServedAlias {
  return { name: nameOf(name), families: ["A", "AAAA"], maxTtl: 300, ...more };
}

/** What stands: by `owner FAMILY` (such as `example.com. A`), addresses that are fresh for a minute, or a whole live answer. */
export type Standing = Readonly<Record<string, readonly string[] | ClientAnswer>>;

export function contextOf(standing: Standing = {}, more: Partial<AnswerContext> = {}): AnswerContext {
  const live = (owner: Name, family: Family): ClientAnswer | undefined => {
    const known = standing[`${owner} ${family}`];
    return known === undefined || "kind" in known ? known : fresh(known);
  };
  return { live, now: NOW, ...more };
}

export function fresh(addresses: readonly string[], forMs = 60_000): ClientAnswer {
  return { kind: "addresses", addresses, freshUntil: NOW + forMs, refreshAt: NOW + forMs };
}

/** Asks a view with `name TYPE` or `name CLASS TYPE`. */
export function requestAnswer(view: ZoneView, question: string, context: AnswerContext = contextOf()): AnswerResult {
  const words = question.split(" ");
  const type = typeNumber(words.at(-1) ?? "");
  if (type === undefined) {
    throw new Error(`no type: ${question}`);
  }
  const of = words.length === 3 && words[1] === "CH" ? CLASS.CH : CLASS.IN;
  return answer(view, { name: nameOf(words[0] ?? ""), type, class: of }, context);
}

/**
 * An answer in lines: `RCODE` with ` aa`, then each record behind `an`, `ns` or `ar`. `ask OWNER FAMILY` where a live answer is needed.
 */
export function linesOf(result: AnswerResult): readonly string[] {
  if (result.kind === "ask") {
    return [`ask ${result.alias} ${result.family}`];
  }
  return [
    `${rcodeName(result.rcode)}${result.authoritative ? " aa" : ""}${result.stale ? " stale" : ""}`,
    ...result.answers.map((record) => `an ${lineOf(record)}`),
    ...result.authorities.map((record) => `ns ${lineOf(record)}`),
    ...result.additionals.map((record) => `ar ${lineOf(record)}`),
  ];
}

function lineOf({ name, ttl, type, rdata }: WireRecord): string {
  return `${name} ${ttl} ${typeName(type)} ${printRdata(type, rdata)}`;
}
