import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { answer } from "../../../src/responder/answer/answer.ts";
import { createCookies } from "../../../src/responder/client/cookie.ts";
import { DEFAULT_RATE_LIMITS } from "../../../src/responder/client/rate-limit-options.ts";
import { createRateLimiter, type RateLimiter } from "../../../src/responder/client/rate-limit.ts";
import { buildZoneView } from "../../support/build-zone-view.ts";
import { documentedFigure } from "../../support/documented-figure.ts";

/** A figure of a page, and what the program does. */
interface Limit {
  readonly page: string;
  /** Has the figure as its only group. */
  readonly text: RegExp;
  /** Asks the program, with its defaults, far beyond the figure. */
  readonly measure: () => number;
}

const RATES = "docs/concepts/rate-limits.md";
const ANSWERS = "docs/concepts/responder-answers.md";
const NOW = Date.parse("2026-11-28T12:00:00Z");
const CLIENT = "198.51.100.7";
const TRIES = 40_000;

const limits: readonly Limit[] = [
  {
    page: RATES,
    text: /^\| with data \|.*\| ([\d,]+) \|$/m,
    measure: () => perSecond((limiter, at) => limiter.response(CLIENT, "positive", 1, at)),
  },
  {
    page: RATES,
    text: /^\| NXDOMAIN, NODATA \|.*\| ([\d,]+) \|$/m,
    measure: () => perSecond((limiter, at) => limiter.response(CLIENT, "negative", 1, at)),
  },
  {
    page: RATES,
    text: /^\| REFUSED, FORMERR, and other errors \|.*\| ([\d,]+) \|$/m,
    measure: () => perSecond((limiter, at) => limiter.response(CLIENT, "error", 1, at)),
  },
  {
    page: RATES,
    text: /^\| one client:.*\| ([\d,]+) \|$/m,
    measure: () => perSecond((limiter, at) => limiter.query(CLIENT, at)),
  },
  {
    page: RATES,
    text: /^\| one network:.*\| ([\d,]+) \|$/m,
    measure: () => perSecond((limiter, at, index) => limiter.query(`198.51.100.${index % 256}`, at)),
  },
  {
    page: RATES,
    text: /^\| with a server cookie of this responder.*at most (\d+) hour old/m,
    measure: () => cookieAge((check) => check === "valid" || check === "renew") / 3_600,
  },
  {
    page: RATES,
    text: /a new cookie after (half) an hour/,
    measure: () => cookieAge((check) => check === "valid") / 3_600,
  },
  { page: RATES, text: /token bucket that holds (two) seconds' worth of tokens/, measure: burstSeconds },
  { page: ANSWERS, text: /^\| a CNAME \|.*at most (\d+), a loop/m, measure: chainLength },
];

for (const { page, text, measure } of limits) {
  test(`${page} has the limit ${text.source} as it is`, () => {
    assert.equal(measure(), documentedFigure(page, text));
  });
}

type Call = (limiter: RateLimiter, at: number, index: number) => string;

/** After the burst is used up, what one more second brings. */
function perSecond(call: Call): number {
  const limiter = createRateLimiter(DEFAULT_RATE_LIMITS, Uint32Array.of(1, 2, 3, 4, 5, 6));
  passed(limiter, call, NOW);
  return passed(limiter, call, NOW + 1_000);
}

function passed(limiter: RateLimiter, call: Call, at: number): number {
  return Array.from({ length: TRIES }, (_, index) => call(limiter, at, index)).filter((result) => result === "answer")
    .length;
}

/** How many seconds' worth of queries a client may send at once that was silent before. */
function burstSeconds(): number {
  const limiter = createRateLimiter(DEFAULT_RATE_LIMITS, Uint32Array.of(1, 2, 3, 4, 5, 6));
  const call: Call = (one, at) => one.query(CLIENT, at);
  return passed(limiter, call, NOW) / passed(limiter, call, NOW + 1_000);
}

/** The last age in seconds at which a cookie is taken, in steps of a minute. */
function cookieAge(isTaken: (check: string) => boolean): number {
  const cookies = createCookies({ current: new Uint8Array(16).fill(7) });
  const option = cookies.reply(new Uint8Array(8).fill(1), "client-only", CLIENT, NOW);
  const ages = Array.from({ length: 24 * 60 }, (_, minute) => minute * 60);
  return ages.findLast((age) => isTaken(cookies.check(option, CLIENT, NOW + age * 1_000))) ?? 0;
}

/** How many CNAMEs the answer to a question has that leads to 200 of them. */
function chainLength(): number {
  const domain = parseName("example.com");
  const set = (name: string, type: string, data: string): RRset => ({
    name: parseName(name),
    type,
    ttl: 300,
    data: [data],
  });
  const chain = Array.from({ length: 200 }, (_, index) =>
    set(`c${index}.example.com`, "CNAME", `c${index + 1}.example.com.`),
  );
  const soa = set("example.com", "SOA", "ns.example.com. host.example.com. 1 7200 900 1209600 60");
  const view = buildZoneView({ domain, sets: [soa, ...chain], aliases: [], clientSubnet: false });
  const question = { name: parseName("c0.example.com"), type: TYPE.A, class: CLASS.IN };
  const result = answer(view, question, { now: NOW, live: () => undefined });
  return result.kind === "answer" ? result.answers.length : 0;
}
