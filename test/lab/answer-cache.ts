import type { WireRecord } from "../../src/dns/message/message.ts";
import { isAtOrBelow, type Name } from "../../src/dns/name/name.ts";
import { TYPE } from "../../src/dns/registry.ts";
import type { Message } from "../../src/dns/message/message.ts";
import { minimumOf, withTtl } from "./authoritative-answer.ts";

/** What a recursive server knows of one name and type. */
export type Known =
  | { readonly kind: "records"; readonly records: readonly WireRecord[] }
  | { readonly kind: "negative"; readonly rcode: number; readonly soa: readonly WireRecord[] };

/** Answers with TTLs that count down; `now` is in milliseconds. */
export interface AnswerCache {
  get(name: Name, type: number, now: number): Known | undefined;
  /** Keeps what an answer of the server for `zone` says about names in that zone. */
  take(zone: Name, asked: { readonly name: Name; readonly type: number }, answer: Message, now: number): void;
  flush(): void;
}

export interface CacheLimits {
  /** Seconds. */
  readonly maxTtl: number;
  readonly maxNegativeTtl: number;
}

export function createAnswerCache({ maxTtl, maxNegativeTtl }: CacheLimits): AnswerCache {
  const entries = new Map<string, { readonly known: Known; readonly until: number }>();
  const keep = (name: Name, type: number, known: Known, untilMs: number): void => {
    entries.set(`${name} ${type}`, { known, until: untilMs });
  };
  return {
    get: (name, type, now) => {
      const entry = entries.get(`${name} ${type}`);
      return entry === undefined || entry.until <= now ? undefined : countedDown(entry.known, entry.until - now);
    },
    take: (zone, asked, answer, now) => {
      const inZone = answer.answers.filter((record) => isAtOrBelow(record.name, zone));
      for (const set of Map.groupBy(inZone, ({ name, type }) => `${name} ${type}`).values()) {
        const [first] = set;
        if (first !== undefined) {
          const ttl = Math.min(maxTtl, ...set.map((record) => record.ttl));
          keep(first.name, first.type, { kind: "records", records: set }, now + Math.max(ttl * 1_000, USED_ONCE_MS));
        }
      }
      if (inZone.length === 0) {
        const soa = answer.authorities.filter(({ type }) => type === TYPE.SOA);
        const ttl = Math.min(maxNegativeTtl, ...soa.map((record) => Math.min(record.ttl, minimumOf(record))));
        const known: Known = { kind: "negative", rcode: answer.rcode, soa };
        // RFC 2308 5: without an SOA it is used once and not kept.
        keep(asked.name, asked.type, known, now + (soa.length === 0 ? USED_ONCE_MS : ttl * 1_000));
      }
    },
    flush: () => entries.clear(),
  };
}

/** Long enough for the question that brought it. */
const USED_ONCE_MS = 20;

function countedDown(known: Known, leftMs: number): Known {
  const ttl = Math.round(leftMs / 1_000);
  return known.kind === "records"
    ? { kind: "records", records: known.records.map((record) => withTtl(record, ttl)) }
    : { ...known, soa: known.soa.map((record) => withTtl(record, ttl)) };
}
