import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_QUERY, type Message } from "../../../../src/dns/message/message.ts";
import { RCODE } from "../../../../src/dns/registry.ts";
import { rcodeFailure } from "../../../../src/resolver/chain/extended-error.ts";
import { extendedErrors } from "../messages.ts";

type Errors = readonly (readonly [code: number, text: string])[];

function failure(rcode: number, errors: Errors = []): string {
  const message: Message = { ...EMPTY_QUERY, response: true, rcode, edns: extendedErrors(...errors) };
  const found = rcodeFailure(message);
  return found === undefined ? "none" : `${found.reason}: ${found.detail}`;
}

/** RFC 8914 5.2. */
const MEANINGS = [
  "Other Error",
  "Unsupported DNSKEY Algorithm",
  "Unsupported DS Digest Type",
  "Stale Answer",
  "Forged Answer",
  "DNSSEC Indeterminate",
  "DNSSEC Bogus",
  "Signature Expired",
  "Signature Not Yet Valid",
  "DNSKEY Missing",
  "RRSIGs Missing",
  "No Zone Key Bit Set",
  "NSEC Missing",
  "Cached Error",
  "Not Ready",
  "Blocked",
  "Censored",
  "Filtered",
  "Prohibited",
  "Stale NXDOMAIN Answer",
  "Not Authoritative",
  "Not Supported",
  "No Reachable Authority",
  "Network Error",
  "Invalid Data",
];

for (const [code, meaning] of MEANINGS.entries()) {
  const reason = code >= 6 && code <= 12 ? "bogus" : "servfail";
  test(`extended error ${code} is "${meaning}", and SERVFAIL with it is ${reason}`, () => {
    assert.equal(failure(RCODE.SERVFAIL, [[code, ""]]), `${reason}: answered SERVFAIL (${meaning})`);
  });
}

const FAILURES: readonly (readonly [rcode: number, errors: Errors, want: string])[] = [
  [RCODE.NOERROR, [], "none"],
  [RCODE.NXDOMAIN, [[3, ""]], "none"],
  [RCODE.SERVFAIL, [], "servfail: answered SERVFAIL"],
  [RCODE.REFUSED, [[18, "no"]], "refused: answered REFUSED (Prohibited: no)"],
  [RCODE.REFUSED, [[6, ""]], "refused: answered REFUSED (DNSSEC Bogus)"],
  [RCODE.NOTIMP, [], "rcode: answered NOTIMP"],
  [RCODE.SERVFAIL, [[25, ""]], "servfail: answered SERVFAIL (extended error 25)"],
  [RCODE.SERVFAIL, [[0x1234, "x"]], "servfail: answered SERVFAIL (extended error 4660: x)"],
  [
    RCODE.SERVFAIL,
    [
      [22, ""],
      [7, "old"],
    ],
    "bogus: answered SERVFAIL (No Reachable Authority, Signature Expired: old)",
  ],
];

for (const [rcode, errors, want] of FAILURES) {
  test(`rcode ${rcode} with ${JSON.stringify(errors)} is ${want}`, () => {
    assert.equal(failure(rcode, errors), want);
  });
}

test("of many extended errors four count, and of a long text 200 characters", () => {
  const many = failure(
    RCODE.SERVFAIL,
    [1, 2, 3, 4, 6].map((code) => [code, ""] as const),
  );
  assert.equal(
    many,
    "servfail: answered SERVFAIL (Unsupported DNSKEY Algorithm, Unsupported DS Digest Type, Stale Answer, Forged Answer)",
  );
  assert.match(failure(RCODE.SERVFAIL, [[0, "x".repeat(201)]]), /\(Other Error: x{200}\)$/);
});
