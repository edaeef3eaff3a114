import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createCookies,
  type CookieSecrets,
  type CookieCheck,
  limitedReply,
  renewedSecrets,
} from "../../../../src/responder/client/cookie.ts";

const OLD = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const ROLLED = { current: "445536bcd2513298075a5d379663c962", previous: "dd3bdf9344b678b185a6f5cb60fca715" };
const V4 = "198.51.100.100";
const V6 = "2001:db8:220:1:59de:d0f4:8769:82b8";
const CLIENT = "2464c4abcf10c957";
const MADE = `${CLIENT}010000005cf79f111f8130c3eee29480`;
/** When that one was made: RFC 9018 A.1. */
const AT = 1_559_731_985;

interface Case {
  readonly name: string;
  readonly current?: string;
  readonly previous?: string;
  readonly address?: string;
  readonly cookie: string;
  readonly at: number;
  readonly want: CookieCheck;
  readonly reply?: string;
}

const cases: readonly Case[] = [
  { name: "RFC 9018 A.1: a new cookie", cookie: CLIENT, at: AT, want: "client-only", reply: MADE },
  {
    name: "RFC 9018 A.2: a cookie of 40 minutes is renewed",
    cookie: MADE,
    at: 1_559_734_385,
    want: "renew",
    reply: `${CLIENT}010000005cf7a871d4a564a1442aca77`,
  },
  {
    name: "RFC 9018 A.3: reserved bits count in the hash, and are 0 in the answer",
    address: "203.0.113.203",
    cookie: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
    at: 1_559_727_985 + 3_600,
    want: "renew",
  },
  {
    name: "RFC 9018 A.3: what that client gets",
    address: "203.0.113.203",
    cookie: "fc93fc62807ddb86",
    at: 1_559_734_700,
    want: "client-only",
    reply: "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e",
  },
  {
    name: "RFC 9018 A.4: a cookie of the previous secret is renewed with the current one",
    ...ROLLED,
    address: V6,
    cookie: "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
    at: 1_559_741_961,
    want: "renew",
    reply: "22681ab97d52c298010000005cf7c609a6bb79d16625507a",
  },
  {
    name: "a cookie of the secret before the previous one",
    ...ROLLED,
    address: V6,
    cookie: MADE,
    at: AT,
    want: "invalid",
  },
  { name: "a young cookie is given back as it is", cookie: MADE, at: AT + 1_800, want: "valid", reply: MADE },
  {
    name: "the same address as a dual-stack socket writes it",
    cookie: MADE,
    address: `::ffff:${V4}`,
    at: AT,
    want: "valid",
  },
  { name: "another address", cookie: MADE, address: "198.51.100.101", at: AT, want: "invalid" },
  { name: "an hour old", cookie: MADE, at: AT + 3_600, want: "renew" },
  { name: "older", cookie: MADE, at: AT + 3_601, want: "invalid" },
  { name: "five minutes ahead", cookie: MADE, at: AT - 300, want: "valid" },
  { name: "further ahead", cookie: MADE, at: AT - 301, want: "invalid" },
  { name: "another client cookie", cookie: `3${MADE.slice(1)}`, at: AT, want: "invalid" },
  { name: "another version", cookie: `${CLIENT}02${MADE.slice(18)}`, at: AT, want: "invalid" },
  { name: "another hash", cookie: `${MADE.slice(0, -1)}1`, at: AT, want: "invalid" },
  { name: "a server cookie of another length", cookie: MADE.slice(0, 32), at: AT, want: "invalid" },
  { name: "a server cookie of 32 octets", cookie: MADE.padEnd(80, "0"), at: AT, want: "invalid" },
  { name: "nothing", cookie: "", at: AT, want: "malformed" },
  { name: "a client cookie that is too short", cookie: CLIENT.slice(0, 14), at: AT, want: "malformed" },
  { name: "a server cookie that is too short", cookie: MADE.slice(0, 30), at: AT, want: "malformed" },
  { name: "a server cookie that is too long", cookie: MADE.padEnd(82, "0"), at: AT, want: "malformed" },
];

for (const { name, current = OLD, previous, address = V4, cookie, at, want, reply } of cases) {
  test(name, () => {
    const cookies = createCookies({
      current: bytes(current),
      ...(previous !== undefined && { previous: bytes(previous) }),
    });
    assert.equal(cookies.check(bytes(cookie), address, at * 1_000), want);
    if (reply !== undefined) {
      assert.equal(hex(cookies.reply(bytes(cookie), want, address, at * 1_000)), reply);
    }
    if (want !== "malformed") {
      const given = cookies.reply(bytes(cookie), want, address, at * 1_000);
      assert.equal(given.length, 24);
      assert.ok(["valid", "renew"].includes(cookies.check(given, address, at * 1_000)));
    }
  });
}

test("a cookie outlives one change of secrets and not two", () => {
  let count = 0;
  const random = (length: number): Uint8Array => new Uint8Array(length).fill((count += 1));
  let secrets: CookieSecrets = renewedSecrets(undefined, random);
  assert.equal(secrets.previous, undefined);
  const cookies = createCookies(secrets);
  const cookie = cookies.reply(bytes(CLIENT), "client-only", V4, AT * 1_000);
  const verdicts = [cookies.check(cookie, V4, AT * 1_000)];
  for (let change = 0; change < 2; change += 1) {
    secrets = renewedSecrets(secrets, random);
    cookies.use(secrets);
    verdicts.push(cookies.check(cookie, V4, AT * 1_000));
  }
  assert.deepEqual(verdicts, ["valid", "renew", "invalid"]);
});

test("BADCOOKIE is for clients that showed a cookie, and only where the limits hold an answer back", () => {
  assert.deepEqual(
    [
      limitedReply("truncate", undefined),
      limitedReply("truncate", "client-only"),
      limitedReply("truncate", "invalid"),
      limitedReply("drop", "client-only"),
    ],
    ["truncated", "badcookie", "badcookie", "nothing"],
  );
});

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}
