import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubnet } from "../../../../src/dns/address/subnet.ts";
import {
  accountOf,
  createRateLimiter,
  type RateLimiter,
  rateLimitSeed,
  type ResponseClass,
} from "../../../../src/responder/client/rate-limit.ts";
import { DEFAULT_RATE_LIMITS, type RateLimitOptions } from "../../../../src/responder/client/rate-limit-options.ts";

const SEED = Uint32Array.of(1, 2, 3, 4, 5, 6);
const NOW = 1_800_000_000_000;
/** Three at once, one more each second. */
const SMALL: RateLimitOptions = {
  ...DEFAULT_RATE_LIMITS,
  positivePerSecond: 1,
  negativePerSecond: 1,
  errorsPerSecond: 1,
  clientQueriesPerSecond: 1,
  networkQueriesPerSecond: 2,
  burstSeconds: 3,
  slip: 0,
};

/** `query ADDRESS` or `CLASS ADDRESS ACCOUNT`, then `@ms` when it comes. */
interface Case {
  readonly name: string;
  readonly options?: Partial<RateLimitOptions>;
  readonly calls: readonly string[];
  /** How often each is called, at the same time. */
  readonly times: number;
  /** a: answer, t: truncate, d: drop. */
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "a burst, then nothing", calls: ["positive 8.8.8.8 1"], times: 5, want: "aaadd" },
  {
    name: "one more a second",
    calls: ["positive 8.8.8.8 1", "positive 8.8.8.8 1 @999", "positive 8.8.8.8 1 @1001", "positive 8.8.8.8 1 @3500"],
    times: 4,
    want: "aaad dddd addd aadd",
  },
  {
    name: "never more than the burst, however long nobody asked",
    calls: ["positive 8.8.8.8 1", "positive 8.8.8.8 1 @86400000", "positive 8.8.8.8 1 @90000000000"],
    times: 4,
    want: "aaad aaad aaad",
  },
  {
    name: "a clock that goes back gives nothing",
    calls: ["positive 8.8.8.8 1 @5000", "positive 8.8.8.8 1 @1"],
    times: 4,
    want: "aaad dddd",
  },
  { name: "the whole /24 shares", calls: ["positive 8.8.8.8 1", "positive 8.8.8.99 1"], times: 3, want: "aaa ddd" },
  { name: "another /24 does not", calls: ["positive 8.8.8.8 1", "positive 8.8.9.8 1"], times: 3, want: "aaa aaa" },
  {
    name: "the whole /56 shares, another does not",
    calls: ["positive 2a00:1:2:300::1 1", "positive 2a00:1:2:3ff::1 1", "positive 2a00:1:2:400::1 1"],
    times: 3,
    want: "aaa ddd aaa",
  },
  {
    name: "IPv4 as a dual-stack socket writes it is the same client",
    calls: ["positive 8.8.8.8 1", "positive ::ffff:8.8.8.8 1"],
    times: 3,
    want: "aaa ddd",
  },
  { name: "each name has its own", calls: ["positive 8.8.8.8 1", "positive 8.8.8.8 2"], times: 3, want: "aaa aaa" },
  {
    name: "positive and negative answers do not share",
    calls: ["positive 8.8.8.8 1", "negative 8.8.8.8 1", "negative 8.8.8.8 1"],
    times: 2,
    want: "aa aa ad",
  },
  { name: "errors of all names share", calls: ["error 8.8.8.8 1", "error 8.8.8.8 2"], times: 2, want: "aa ad" },
  {
    name: "queries: a client has its share of its network's",
    calls: ["query 8.8.8.8", "query 8.8.8.9", "query 8.8.8.10"],
    times: 4,
    want: "aaad aaad dddd",
  },
  {
    name: "queries: a client with the address of its network has the same share",
    calls: ["query 8.8.8.0", "query 8.8.8.9"],
    times: 4,
    want: "aaad aaad",
  },
  {
    name: "queries, positive and negative answers, and errors do not share",
    calls: ["query 8.8.8.8", "positive 8.8.8.8 0", "negative 8.8.8.8 0", "error 8.8.8.8 0"],
    times: 4,
    want: "aaad aaad aaad aaad",
  },
  {
    name: "queries: an IPv6 client is a /64",
    calls: ["query 2a00::1", "query 2a00::2", "query 2a00:0:0:1::1"],
    times: 2,
    want: "aa ad aa",
  },
  {
    name: "every second one is truncated",
    options: { slip: 2 },
    calls: ["positive 8.8.8.8 1"],
    times: 8,
    want: "aaadtdtd",
  },
  { name: "all are truncated", options: { slip: 1 }, calls: ["error 8.8.8.8 1"], times: 5, want: "aaatt" },
  { name: "every third one", options: { slip: 3 }, calls: ["query 8.8.8.8"], times: 9, want: "aaaddtddt" },
  { name: "no limit", options: { positivePerSecond: 0 }, calls: ["positive 8.8.8.8 1"], times: 9, want: "aaaaaaaaa" },
  {
    name: "what is no address is one client",
    calls: ["positive nothing 1", "positive else 1"],
    times: 3,
    want: "aaa ddd",
  },
  { name: "loopback is exempt", calls: ["query 127.3.2.1", "error ::1 0"], times: 9, want: "aaaaaaaaa aaaaaaaaa" },
  {
    name: "so is what is listed, and nothing beside it",
    options: { exempt: [parseSubnet("10.0.0.0/8"), parseSubnet("2a00:1::/33")].filter((net) => net !== undefined) },
    calls: ["query 10.9.8.7", "query 11.0.0.0", "query 2a00:1:7fff::", "query 2a00:1:8000::", "query 127.0.0.1"],
    times: 4,
    want: "aaaa aaad aaaa aaad aaad",
  },
];

for (const { name, options, calls, times, want } of cases) {
  test(name, () => {
    const limiter = createRateLimiter({ ...SMALL, ...options }, SEED);
    const got = calls.map((line) => Array.from({ length: times }, () => call(limiter, line)[0]).join(""));
    assert.equal(got.join(" "), want);
  });
}

test("a network that is none is a mistake of the caller's", () => {
  assert.throws(() => createRateLimiter({ ...SMALL, exempt: [{ address: "10.0.0", prefix: 8 }] }, SEED), TypeError);
  assert.throws(() => createRateLimiter({ ...SMALL, exempt: [{ address: "10.0.0.0", prefix: 33 }] }, SEED), TypeError);
});

test("names, types and zones have accounts of their own", () => {
  const accounts = ["a.example.", "b.example.", "*.example.", "example."].flatMap((name) =>
    [0, 1, 28, 257].map((type) => accountOf(name, type)),
  );
  assert.equal(new Set(accounts).size, accounts.length);
  assert.equal(accountOf("example."), accountOf("example.", 0));
});

test("the seed is made of all the octets that are drawn", () => {
  let drawn = 0;
  const seed = rateLimitSeed((bytes) => Uint8Array.from({ length: bytes }, () => (drawn += 1)));
  assert.deepEqual([...seed], [0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0f10, 0x11121314, 0x15161718]);
});

test("a resolver farm of 250 in one /24 that keeps to TTLs of 5 s is never limited", () => {
  const limiter = createRateLimiter(DEFAULT_RATE_LIMITS, SEED);
  for (let at = 0; at < 30_000; at += 5_000) {
    for (let host = 0; host < 250; host += 1) {
      const address = `8.8.8.${host}`;
      const now = NOW + at + host * 4;
      for (let name = 0; name < 8; name += 1) {
        assert.equal(limiter.query(address, now), "answer");
        assert.equal(limiter.response(address, "positive", accountOf(`n${name}.example.`, 1), now), "answer");
      }
    }
  }
});

test("a forged flood gets no more than its share, and a real client of the same network still gets its answer", () => {
  const limiter = createRateLimiter(DEFAULT_RATE_LIMITS, SEED);
  const account = accountOf("example.", 1);
  const sent = { answer: 0, truncate: 0, drop: 0 };
  const SECONDS = 10;
  const [QUERY, ANSWER] = [40, 1_232];
  const FLOOD = 20;
  let waitedMost = 0;
  let waiting = 0;
  for (let ms = 0; ms < SECONDS * 1_000; ms += 1) {
    for (let packet = 0; packet < FLOOD; packet += 1) {
      sent[verdict(limiter, `8.8.8.${packet % 256}`, account, NOW + ms)] += 1;
    }
    // The real one asks every 100 ms until it gets something: the answer, or TC, after which it comes by TCP, where nothing is limited.
    if (ms % 100 === 50) {
      waiting = verdict(limiter, "8.8.8.77", account, NOW + ms) === "drop" ? waiting + 1 : 0;
      waitedMost = Math.max(waitedMost, waiting);
    }
  }
  const { positivePerSecond, burstSeconds } = DEFAULT_RATE_LIMITS;
  assert.ok(sent.answer <= positivePerSecond * (SECONDS + burstSeconds) + 1, `${sent.answer} answers`);
  const came = FLOOD * 1_000 * SECONDS * QUERY;
  const went = sent.answer * ANSWER + sent.truncate * QUERY;
  assert.ok(went < came, `${went} octets went out for ${came}`);
  assert.ok(sent.truncate > sent.drop / 2);
  assert.ok(waitedMost <= 5, `${waitedMost} tries in vain`);
});

test("a flood over many accounts of one network is held by the network's share of queries", () => {
  const limiter = createRateLimiter(DEFAULT_RATE_LIMITS, SEED);
  let answers = 0;
  for (let ms = 0; ms < 3_000; ms += 1) {
    for (let packet = 0; packet < 20; packet += 1) {
      const account = accountOf(`n${(ms * 20 + packet) % 10_000}.example.`, 1);
      answers += verdict(limiter, `8.8.8.${packet}`, account, NOW + ms) === "answer" ? 1 : 0;
    }
  }
  assert.ok(answers <= DEFAULT_RATE_LIMITS.networkQueriesPerSecond * (3 + DEFAULT_RATE_LIMITS.burstSeconds) + 1);
});

test("a flood from more networks than there are accounts does not free a limited one", () => {
  const limiter = createRateLimiter({ ...DEFAULT_RATE_LIMITS, accounts: 1_024 }, SEED);
  const account = accountOf("example.", 1);
  let answers = 0;
  for (let packet = 0; packet < 100_000; packet += 1) {
    const now = NOW + packet / 100;
    answers += limiter.response("9.9.9.9", "positive", account, now) === "answer" ? 1 : 0;
    const noise = `${1 + (packet % 8)}.${(packet >> 3) % 256}.${(packet >> 11) % 256}.1`;
    limiter.response(noise, "positive", account, now);
  }
  assert.ok(answers <= 200 * (1 + 2) + 1, `${answers} answers`);
});

function verdict(limiter: RateLimiter, address: string, account: number, now: number): "answer" | "truncate" | "drop" {
  const family = limiter.query(address, now);
  return family === "answer" ? limiter.response(address, "positive", account, now) : family;
}

function call(limiter: RateLimiter, line: string): string {
  const [text = "", at = "0"] = line.split(" @");
  const [what = "", address = "", account] = text.split(" ");
  const now = NOW + Number(at);
  return what === "query"
    ? limiter.query(address, now)
    : limiter.response(address, classOf(what), Number(account), now);
}

function classOf(text: string): ResponseClass {
  const found = (["positive", "negative", "error"] as const).find((kind) => kind === text);
  assert.ok(found !== undefined, text);
  return found;
}
