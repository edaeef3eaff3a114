import type { Message, WireRecord } from "../../../src/dns/message/message.ts";
import { printRdata } from "../../../src/dns/rdata/codec.ts";
import { rcodeName, typeName } from "../../../src/dns/registry.ts";
import type { AnsweredSet, PlaneAnswer } from "./published-answer.ts";

/** The answer of a responder in the words of {@link PlaneAnswer}. */
export function servedAnswer({ rcode, authoritative, answers, authorities, edns }: Message): PlaneAnswer {
  const isStale = edns?.options.some(({ code, data }) => code === EXTENDED_ERROR && data[0] === 0 && data[1] === STALE);
  return {
    rcode: rcodeName(rcode),
    authoritative,
    answers: setsOf(answers),
    authorities: setsOf(authorities),
    isStale: isStale === true,
  };
}

/** RFC 8914 2 and 4.4. */
const EXTENDED_ERROR = 15;
const STALE = 3;

function setsOf(records: readonly WireRecord[]): readonly AnsweredSet[] {
  const sets = new Map<string, { name: string; type: string; ttl: number; data: string[] }>();
  for (const { name, type, ttl, rdata } of records) {
    const key = `${name} ${type}`;
    const set = sets.get(key) ?? { name, type: typeName(type), ttl, data: [] };
    set.data.push(printRdata(type, rdata));
    set.ttl = Math.min(set.ttl, ttl);
    sets.set(key, set);
  }
  return [...sets.values()];
}

/** An answer as text, without TTLs and serials. */
export function textOf({ rcode, authoritative, answers, authorities }: PlaneAnswer): string {
  const text = ({ name, type, data }: AnsweredSet): string =>
    `${name} ${type} ${data
      .map((one) => (type === "SOA" ? one.replace(SERIAL, "$1 *") : one))
      .toSorted()
      .join(" ")}`;
  return [
    `${rcode}${authoritative ? " aa" : ""}`,
    ...answers.map(text).toSorted(),
    ...authorities.map((set) => `authority ${text(set)}`).toSorted(),
  ].join(" | ");
}

const SERIAL = /^(\S+ \S+) \d+/;
