import { systemClock } from "../../../src/base/clock.ts";
import { udpIoOfRun } from "../../support/udp-io.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import {
  createResponderPool,
  type ResponderPool,
  type ResponderPoolOptions,
} from "../../../src/responder/workers/pool.ts";
import type {
  AnswerSource,
  LiveAnswer,
  LiveQuestion,
  ServedAlias,
  ServedZone,
} from "../../../src/responder/answer-source.ts";

export const DOMAIN = parseName("example.com");

export function set(name: string, type: string, ...data: readonly string[]): RRset {
  return { name: parseOwnerName(name), type, ttl: 3600, data };
}

export function alias(name: string, more: Partial<ServedAlias> = {}): ServedAlias {
  return { name: parseOwnerName(name), families: ["A", "AAAA"], maxTtl: 300, ...more };
}

/** A zone with its SOA and NS, and whatever a test adds. */
export function zone(more: Partial<ServedZone> = {}): ServedZone {
  const { domain = DOMAIN } = more;
  const base: readonly RRset[] = [
    set(domain, "SOA", `ns1.${domain} host.${domain} 1 3600 600 86400 300`),
    set(domain, "NS", `ns1.${domain}`),
    set(`ns1.${domain}`, "A", "192.0.2.53"),
  ];
  return { domain, clientSubnet: false, aliases: [], ...more, sets: [...base, ...(more.sets ?? [])] };
}

export function addresses(list: readonly string[], freshMs = 300_000): LiveAnswer {
  const now = systemClock.now();
  return { kind: "addresses", addresses: list, freshUntil: now + freshMs, refreshAt: now + Math.min(freshMs, 5_000) };
}

/** A source that gives what a function says, and remembers what it was asked. */
export function sourceOf(
  live: (question: LiveQuestion) => LiveAnswer | undefined | Promise<LiveAnswer | undefined>,
): AnswerSource & { readonly asked: readonly LiveQuestion[] } {
  const asked: LiveQuestion[] = [];
  return {
    asked,
    live: async (question) => {
      asked.push(question);
      return live(question);
    },
  };
}

export const twoAddresses = sourceOf(({ family }) =>
  addresses(family === "A" ? ["192.0.2.1", "192.0.2.2"] : ["2001:db8::1", "2001:db8::2"]),
);

export interface Pool extends AsyncDisposable {
  readonly pool: ResponderPool;
  readonly host: string;
  readonly port: number;
}

/** A pool on a free port of loopback that serves these zones. */
export async function openPool(
  zones: readonly ServedZone[],
  options: Partial<ResponderPoolOptions> = {},
): Promise<Pool> {
  const host = "127.0.0.1";
  const pool = createResponderPool({
    listen: [{ host, port: 0 }],
    workers: 1,
    source: twoAddresses,
    log: silentLogger,
    clock: systemClock,
    random: Math.random,
    udpIo: udpIoOfRun(),
    ...options,
  });
  zones.forEach((each) => pool.setZone(each));
  const [address] = await pool.open();
  return { pool, host, port: address?.port ?? 0, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}
