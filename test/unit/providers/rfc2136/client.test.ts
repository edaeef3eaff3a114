import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { SecretText } from "../../../../src/providers/backend.ts";
import { createClient, type ClientDeps } from "../../../../src/providers/rfc2136/client.ts";

const TSIG: NonNullable<ClientDeps["tsig"]> = {
  keyName: parseName("key.test"),
  algorithm: "hmac-sha256",
  secretRef: { name: "tsig", key: "secret" },
};
const SIGNAL = new AbortController().signal;
type SecretRead = Awaited<ReturnType<SecretText>>;

/** "ok reserved=N", "refused Reason: message", "failed message". */
async function opened(tsig: ClientDeps["tsig"], secret: SecretRead | undefined): Promise<string> {
  const client = createClient({
    tsig,
    secret: secret === undefined ? undefined : async () => secret,
    exchange: async () => assert.fail("nothing is sent"),
    transfer: async () => assert.fail("nothing is sent"),
    clock: { now: () => 0 },
    randomBytes: (size) => new Uint8Array(size).map((_, index) => 0xa0 + index),
  });
  assert.equal(client.newId(), 0xa0a1);
  const result = await client.open(SIGNAL);
  switch (result.kind) {
    case "ok":
      return `ok ${result.session.reserved > 0 ? "signed" : "unsigned"}`;
    case "refused":
      return `refused ${result.reason}: ${result.message}`;
    case "failed":
      return `failed ${result.message}`;
  }
}

const GOOD = Buffer.alloc(32, 7).toString("base64");

const CASES: readonly (readonly [
  name: string,
  tsig: ClientDeps["tsig"],
  secret: SecretRead | undefined,
  want: RegExp,
])[] = [
  ["without a key nothing is signed", undefined, undefined, /^ok unsigned$/],
  ["with the Secret's key messages are signed", TSIG, { kind: "ok", text: GOOD }, /^ok signed$/],
  [
    "a Secret that is not there",
    TSIG,
    { kind: "refused", reason: "SecretMissing", message: "the Secret tsig is not there" },
    /^refused SecretMissing: the Secret tsig is not there$/,
  ],
  ["no way to read Secrets", TSIG, undefined, /^refused SecretMissing: .*tsig/],
  [
    "a Secret that is not base64",
    TSIG,
    { kind: "ok", text: "not base64!" },
    /^refused SecretInvalid: .*tsig, key secret/,
  ],
  [
    "a Secret that cannot be read for now is tried again",
    TSIG,
    { kind: "failed", message: "apiserver away" },
    /^failed apiserver away$/,
  ],
];

for (const [name, tsig, secret, want] of CASES) {
  test(name, async () => assert.match(await opened(tsig, secret), want));
}
