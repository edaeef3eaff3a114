import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../../../src/dns/message/message.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { CLASS, RCODE, TYPE } from "../../../../src/dns/registry.ts";
import type { TsigKey } from "../../../../src/dns/tsig/tsig-key.ts";
import { appendTsig, splitTsig } from "../../../../src/dns/tsig/tsig-record.ts";
import {
  macOf as hmacOf,
  type SignedMessage,
  signMessage,
  signNext,
  timersOf,
  TSIG_ERROR,
} from "../../../../src/dns/tsig/tsig-sign.ts";
import { createClient, serverText, type ClientDeps, type Session } from "../../../../src/providers/rfc2136/client.ts";
import { unsignedDoubt, type Problem } from "../../../../src/providers/rfc2136/server-error.ts";
import type { TransferResult } from "../../../../src/transport/client/zone-transfer.ts";

const NEVER = new AbortController().signal;
const SERVER = { protocol: "tcp", address: "192.0.2.53", port: 53 } as const;
const NOW = 1_700_000_000;
const TEXT = Buffer.alloc(32, 7).toString("base64");
const KEY: TsigKey = { name: parseName("key.test"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 7) };
const OTHER_KEY: TsigKey = { ...KEY, secret: Buffer.alloc(32, 8) };
const TSIG = { keyName: KEY.name, algorithm: KEY.algorithm, secretRef: { name: "tsig", key: "secret" } };

const QUERY: Message = {
  ...EMPTY_QUERY,
  id: 0x1234,
  questions: [{ name: parseName("example.com"), type: TYPE.SOA, class: CLASS.IN }],
};
const ANSWER: Message = { ...QUERY, response: true };
const BYTES = encodeMessage(ANSWER);
const REFUSED = encodeMessage({ ...ANSWER, rcode: RCODE.REFUSED });
const GARBAGE = Uint8Array.from([...BYTES, 1]);

async function sessionOf(deps: Partial<ClientDeps>): Promise<Session> {
  const client = createClient({
    tsig: undefined,
    secret: async () => ({ kind: "ok", text: TEXT }),
    exchange: async () => assert.fail("no exchange"),
    transfer: async () => assert.fail("no transfer"),
    clock: { now: () => NOW * 1_000 + 999 },
    randomBytes: (size) => new Uint8Array(size),
    ...deps,
  });
  const opened = await client.open(NEVER);
  return opened.kind === "ok" ? opened.session : assert.fail(opened.message);
}

/** Makes an answer of the request's MAC, which is empty without a signature. */
type Reply = (requestMac: Uint8Array) => Uint8Array;

function macOf(query: Uint8Array): Uint8Array {
  const split = splitTsig(query);
  return split.kind === "signed" ? split.tsig.mac : new Uint8Array();
}

const signed =
  (bytes: Uint8Array, key = KEY, at = NOW): Reply =>
  (mac) =>
    signMessage(bytes, key, at, mac).bytes;
const unsigned =
  (bytes: Uint8Array): Reply =>
  () =>
    bytes;

function serverError(error: keyof typeof TSIG_ERROR): Reply {
  return (mac) => {
    const split = splitTsig(signMessage(REFUSED, KEY, NOW, mac).bytes);
    assert.ok(split.kind === "signed");
    return appendTsig(REFUSED, { ...split.tsig, mac: new Uint8Array(), error: TSIG_ERROR[error] });
  };
}

/** "answer NOERROR", "answer REFUSED in doubt", "BadKey: …", "failed: …". */
async function query(tsig: ClientDeps["tsig"], reply: Reply): Promise<string> {
  const session = await sessionOf({
    tsig,
    exchange: async (_server, request) => {
      const response = reply(macOf(request.query));
      assert.equal(request.accept(response), true);
      return { kind: "response", response, tookMs: 1 };
    },
  });
  const result = await session.query(SERVER, encodeMessage(QUERY), 5_000, NEVER);
  if (result.kind !== "answer") {
    return textOf(result);
  }
  assert.equal(result.doubt ?? unsignedDoubt(TSIG.secretRef), unsignedDoubt(TSIG.secretRef));
  return `answer ${result.message.rcode}${result.doubt === undefined ? "" : " in doubt"}`;
}

function textOf(problem: Problem): string {
  return `${problem.kind === "refused" ? problem.reason : problem.kind}: ${problem.message}`;
}

const UNSIGNED =
  "BadSignature: 192.0.2.53: the answer is not signed, although the request was, so dnsalias ignores it: configure the TSIG key at the server";
const BADSIG =
  "BadSignature: 192.0.2.53: the answer's signature does not fit the request, the key or what was received: put the server's secret into the Secret tsig, key secret";

const QUERIES: readonly (readonly [name: string, tsig: ClientDeps["tsig"], reply: Reply, want: string | RegExp])[] = [
  ["an answer without a key", undefined, unsigned(BYTES), "answer 0"],
  ["an error without a key", undefined, unsigned(REFUSED), "answer 5"],
  ["an answer that can't be read", undefined, unsigned(GARBAGE), /^failed: 192.0.2.53: the answer is malformed: \S/],
  ["a signed answer", TSIG, signed(BYTES), "answer 0"],
  ["a signed error", TSIG, signed(REFUSED), "answer 5"],
  ["an unsigned success", TSIG, unsigned(BYTES), UNSIGNED],
  ["an unsigned error", TSIG, unsigned(REFUSED), "answer 5 in doubt"],
  ["an answer signed with another secret", TSIG, signed(BYTES, OTHER_KEY), BADSIG],
  ["an answer to another request", TSIG, () => signMessage(BYTES, KEY, NOW, new Uint8Array(32)).bytes, BADSIG],
  ["an answer signed 300 s ago", TSIG, signed(BYTES, KEY, NOW - 300), "answer 0"],
  [
    "an answer signed 301 s ago",
    TSIG,
    signed(BYTES, KEY, NOW - 301),
    "BadTime: 192.0.2.53: the answer was signed 301 s before our time: synchronize the clocks of both, for example with NTP",
  ],
  [
    "a key that the server doesn't know",
    TSIG,
    serverError("BADKEY"),
    /^BadKey: .*use the same tsig\.keyName and tsig\.alg/,
  ],
  ["a signature that the server refuses", TSIG, serverError("BADSIG"), /^BadSignature: .*put the server's secret into/],
  ["a clock that the server refuses", TSIG, serverError("BADTIME"), /^BadTime: .*synchronize the clocks of both/],
  [
    "a MAC that the server finds too short",
    TSIG,
    serverError("BADTRUNC"),
    /^NotSupported: .*the server must accept and send MACs of full length$/,
  ],
];

for (const [name, tsig, reply, want] of QUERIES) {
  test(`a query gets ${name}`, async () => {
    const got = await query(tsig, reply);
    return typeof want === "string" ? assert.equal(got, want) : assert.match(got, want);
  });
}

test("a query that nobody answers is silence, with the reason", async () => {
  for (const [result, message] of [
    [{ kind: "timeout" }, "192.0.2.53: no answer in 5000 ms"],
    [{ kind: "unreachable", message: "ECONNREFUSED" }, "192.0.2.53: ECONNREFUSED"],
  ] as const) {
    const session = await sessionOf({ exchange: async () => result });
    const got = await session.query(SERVER, encodeMessage(QUERY), 5_000, NEVER);
    assert.deepEqual(got, { kind: "failed", message, silent: true });
  }
});

const STRANGERS: readonly (readonly [name: string, response: Uint8Array])[] = [
  ["another first octet of the id", BYTES.with(0, 0)],
  ["another second octet of the id", BYTES.with(1, 0)],
  ["a query", encodeMessage(QUERY)],
  ["another opcode", BYTES.with(2, (BYTES[2] ?? 0) ^ 0x28)],
  ["11 octets", BYTES.slice(0, 11)],
];

for (const [name, response] of STRANGERS) {
  test(`a packet with ${name} is not taken for the answer`, async () => {
    const session = await sessionOf({
      exchange: async (_server, { accept }) => {
        assert.equal(accept(BYTES), true);
        assert.equal(accept(BYTES.slice(0, 12)), true);
        assert.equal(accept(response), false);
        return { kind: "timeout" };
      },
    });
    await session.query(SERVER, encodeMessage(QUERY), 5_000, NEVER);
  });
}

test("an address of IPv6 stands in brackets before a port", () => {
  const text = (address: string, port: number): string => serverText({ protocol: "tcp", address, port });
  assert.equal(text("192.0.2.53", 53), "192.0.2.53");
  assert.equal(text("192.0.2.53", 5353), "192.0.2.53:5353");
  assert.equal(text("2001:db8::53", 53), "2001:db8::53");
  assert.equal(text("2001:db8::53", 5353), "[2001:db8::53]:5353");
});

/** "s" a signed message, "u" an unsigned one, "e" an unsigned error, "x" one that can't be read, "k" one signed with another secret. */
async function stream(kinds: string, tsig: ClientDeps["tsig"], end: TransferResult = { kind: "ended" }) {
  let taken = "";
  const session = await sessionOf({
    tsig,
    transfer: async (_server, request) => {
      let mac = macOf(request.query);
      let between: Uint8Array[] = [];
      for (const [index, kind] of kinds.split("").entries()) {
        const sign = (key: TsigKey): Uint8Array => {
          const sent = index === 0 ? signMessage(BYTES, key, NOW, mac) : signAfter(between, key, mac);
          ({ mac } = sent);
          between = [];
          return sent.bytes;
        };
        const plain = (bytes: Uint8Array): Uint8Array => {
          between.push(bytes);
          return bytes;
        };
        const bytes = { s: () => sign(KEY), k: () => sign(OTHER_KEY), u: () => plain(BYTES), x: () => GARBAGE }[kind];
        if (request.take(bytes?.() ?? plain(REFUSED)) === "end") {
          break;
        }
      }
      return end;
    },
  });
  const take = (): "more" | "end" => {
    taken += kinds[taken.length] ?? "";
    return taken.length === kinds.length ? "end" : "more";
  };
  const request = { query: QUERY, silenceMs: 1, timeoutMs: 2, maxBytes: 3, take };
  const result = await session.stream(SERVER, request, NEVER);
  return { taken, result: result.kind === "failed" || result.kind === "refused" ? textOf(result) : result.kind };
}

/** A signature covers the unsigned messages before its own (RFC 8945 5.3.1). */
function signAfter(before: readonly Uint8Array[], key: TsigKey, prior: Uint8Array): SignedMessage {
  const split = splitTsig(signNext(BYTES, key, NOW, prior).bytes);
  assert.ok(split.kind === "signed");
  const mac = hmacOf(key, prior, ...before, BYTES, timersOf(split.tsig));
  return { bytes: appendTsig(BYTES, { ...split.tsig, mac }), mac };
}

const STREAMS: readonly (readonly [kinds: string, tsig: ClientDeps["tsig"], taken: string, want: string | RegExp])[] = [
  ["u", undefined, "u", "ended"],
  ["uuu", undefined, "uuu", "ended"],
  ["e", undefined, "e", "ended"],
  ["ux", undefined, "u", /^failed: 192.0.2.53: the answer is malformed: \S/],
  ["s", TSIG, "s", "ended"],
  ["sss", TSIG, "sss", "ended"],
  ["u", TSIG, "", UNSIGNED],
  ["e", TSIG, "e", "ended"],
  ["su", TSIG, "su", UNSIGNED],
  ["suu", TSIG, "suu", UNSIGNED],
  ["sus", TSIG, "sus", "ended"],
  ["suus", TSIG, "suus", "ended"],
  ["suk", TSIG, "su", BADSIG],
  ["k", TSIG, "", BADSIG],
  ["sk", TSIG, "s", BADSIG],
  ["x", TSIG, "", /^failed: 192.0.2.53: the answer is malformed: \S/],
];

for (const [kinds, tsig, taken, want] of STREAMS) {
  test(`of the messages ${kinds} ${tsig === undefined ? "without" : "with"} a key, "${taken}" are taken`, async () => {
    const got = await stream(kinds, tsig);
    assert.equal(got.taken, taken);
    return typeof want === "string" ? assert.equal(got.result, want) : assert.match(got.result, want);
  });
}

const ENDS: readonly (readonly [end: TransferResult, want: object])[] = [
  [
    { kind: "too-large", message: "3 octets" },
    { kind: "too-large", message: "192.0.2.53: 3 octets" },
  ],
  [
    { kind: "cut", message: "closed", bytes: 0 },
    { kind: "closed", message: "192.0.2.53: closed" },
  ],
  [
    { kind: "cut", message: "closed", bytes: 1 },
    { kind: "failed", message: "192.0.2.53: closed in the middle of the zone" },
  ],
  [
    { kind: "timeout", message: "late" },
    { kind: "failed", message: "192.0.2.53: late", silent: true },
  ],
  [
    { kind: "unreachable", message: "away" },
    { kind: "failed", message: "192.0.2.53: away", silent: true },
  ],
];

for (const [end, want] of ENDS) {
  test(`a transfer ends: ${JSON.stringify(end)}`, async () => {
    const session = await sessionOf({ transfer: async () => end });
    const request = { query: QUERY, silenceMs: 1, timeoutMs: 2, maxBytes: 3, take: (): "end" => "end" };
    assert.deepEqual(await session.stream(SERVER, request, NEVER), want);
  });
}
