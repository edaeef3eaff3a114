import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import type { Message } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { RCODE, TYPE } from "../../../src/dns/registry.ts";
import { cookieOf } from "../../../src/resolver/query/match-response.ts";
import { buildQuery } from "../../../src/resolver/query/build-query.ts";
import { createCookies, type CookieCheck } from "../../../src/responder/client/cookie.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { zoneText } from "../../support/zone-text.ts";

const ZONE = "example.test";
const CLIENT = randomBytes(8);
/** Where the exchange sends from. */
const OWN_ADDRESS = "127.0.0.1";

describe("server cookies beside BIND with the same secret", { skip: skipWithout("named", "named-checkconf") }, () => {
  test("ours are good there, and BIND's are good here", async () => {
    const secret = randomBytes(16);
    await using bind = await startBind({
      zones: { [ZONE]: zoneText(["@ A 192.0.2.1"]) },
      moreOptions: `cookie-algorithm siphash24; cookie-secret "${secret.toString("hex")}"; require-server-cookie yes;`,
    });
    await using client = createExchange();
    const ours = createCookies({ current: secret });
    const strange = createCookies({ current: randomBytes(16) });
    const made = (cookies: typeof ours, address: string, ageMs = 0): Uint8Array =>
      cookies.reply(CLIENT, "client-only", address, systemClock.now() - ageMs);

    const first = await ask(client, bind, CLIENT);
    assert.equal(first.rcode, RCODE.BADCOOKIE);
    assert.equal(verdictOn(ours, first), "valid");
    assert.equal(verdictOn(strange, first), "invalid");

    const cases: readonly (readonly [name: string, cookie: Uint8Array, rcode: number])[] = [
      ["BIND's own", cookieOf(first) ?? new Uint8Array(), RCODE.NOERROR],
      ["ours", made(ours, OWN_ADDRESS), RCODE.NOERROR],
      ["ours, 50 minutes old", made(ours, OWN_ADDRESS, 3_000_000), RCODE.NOERROR],
      ["ours, 61 minutes old", made(ours, OWN_ADDRESS, 3_660_000), RCODE.BADCOOKIE],
      ["ours of another address", made(ours, "127.0.0.2"), RCODE.BADCOOKIE],
      ["of another secret", made(strange, OWN_ADDRESS), RCODE.BADCOOKIE],
    ];
    for (const [name, cookie, rcode] of cases) {
      const reply = await ask(client, bind, cookie);
      assert.equal(reply.rcode, rcode, name);
      assert.equal(verdictOn(ours, reply), "valid", name);
    }
  });
});

function verdictOn(cookies: ReturnType<typeof createCookies>, reply: Message): CookieCheck {
  return cookies.check(cookieOf(reply) ?? new Uint8Array(), OWN_ADDRESS, systemClock.now());
}

async function ask(
  client: ReturnType<typeof createExchange>,
  { host, port }: DnsEndpoint,
  cookie: Uint8Array,
): Promise<Message> {
  const asked = { name: parseName(ZONE), type: TYPE.A, recursion: false };
  const query = encodeMessage(buildQuery(asked, { id: 4711, edns: { cookie } }));
  const server = { protocol: "udp", address: host, port } as const;
  const got = await client.exchange(
    server,
    { query, timeoutMs: 5_000, accept: () => true },
    AbortSignal.timeout(10_000),
  );
  assert.equal(got.kind, "response");
  const decoded = decodeMessage(got.kind === "response" ? got.response : new Uint8Array());
  assert.equal(decoded.kind, "ok");
  if (decoded.kind !== "ok") {
    throw new Error("no message");
  }
  return decoded.message;
}
