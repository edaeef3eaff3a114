import assert from "node:assert/strict";
import { test } from "node:test";
import { misfit, problemOf, type ServerWords, recordsRejectedBy } from "../../../src/providers/http-error.ts";
import type { HttpResult } from "../../../src/transport/http-client.ts";

const WORDS: ServerWords = {
  server: "PowerDNS at https://pdns.test",
  unauthorized: "correct the key",
  forbidden: "grant the right",
  notFound: "create the zone",
  rejected: "see the manual page",
  redact: (text) => text.replaceAll("hunter2", "***"),
};

function answered(
  status: number,
  text = "",
  more: Partial<Extract<HttpResult, { kind: "response" }>> = {},
): HttpResult {
  return { kind: "response", status, text, mediaType: "application/json", ...more };
}

/** "refused Reason", "failed", "failed after 5000". */
function problem(result: HttpResult, words: ServerWords = WORDS): readonly [kind: string, message: string] {
  const found = problemOf(result, words);
  const wait = found.kind === "failed" && found.retryAfterMs !== undefined ? ` after ${found.retryAfterMs}` : "";
  return [found.kind === "refused" ? `refused ${found.reason}` : `failed${wait}`, found.message];
}

const STATUSES: readonly (readonly [status: number, kind: string, cure: RegExp])[] = [
  [299, "refused Rejected", /see the manual page$/],
  [300, "refused Rejected", /redirect.*set url/],
  [301, "refused Rejected", /redirect.*set url/],
  [399, "refused Rejected", /redirect.*set url/],
  [400, "refused Rejected", /see the manual page$/],
  [401, "refused Unauthorized", /correct the key$/],
  [403, "refused Forbidden", /grant the right$/],
  [404, "refused ZoneNotFound", /create the zone$/],
  [408, "failed", / 408$/],
  [422, "refused Rejected", /see the manual page$/],
  [425, "failed", / 425$/],
  [429, "failed", / 429$/],
  [499, "refused Rejected", /see the manual page$/],
  [500, "failed", / 500$/],
  [503, "failed", / 503$/],
];

for (const [status, kind, cure] of STATUSES) {
  test(`an answer with status ${status}: ${kind}`, () => {
    const [found, message] = problem(answered(status));
    assert.equal(found, kind);
    assert.match(message, /^PowerDNS at https:\/\/pdns\.test answers /);
    assert.match(message, cure);
  });
}

test("a server asks when to come back, and that is kept for failures only", () => {
  assert.deepEqual(problem(answered(503, "", { retryAfterMs: 5_000 }))[0], "failed after 5000");
  assert.deepEqual(problem(answered(429, "", { retryAfterMs: 1_000 }))[0], "failed after 1000");
  assert.deepEqual(problem(answered(404, "", { retryAfterMs: 1_000 }))[0], "refused ZoneNotFound");
});

test("a server that says that it is read-only needs a user", () => {
  assert.equal(problem(answered(403, "The zone is READ-ONLY"))[0], "refused ReadOnly");
  assert.equal(problem(answered(500, "database is readonly"))[0], "refused ReadOnly");
  assert.equal(problem(answered(404, "read-only"))[0], "refused ZoneNotFound");
  assert.equal(problem(answered(499, "read-only"))[0], "refused Rejected");
});

test("the cure for a broken server is told for 5xx only", () => {
  const words = { ...WORDS, broken: "restart it" };
  assert.match(problem(answered(500), words)[1], /answers 500: restart it$/);
  assert.match(problem(answered(429), words)[1], /answers 429$/);
});

test("the server's own words are shown: an error field, or plain text, on one line, cut, and without secrets", () => {
  assert.match(problem(answered(400, '{"error": "no such \\"zone\\""}'))[1], / 400 \(no such "zone"\): /);
  assert.match(problem(answered(400, "plain\n  text hunter2"))[1], / 400 \(plain text \*\*\*\): /);
  assert.match(problem(answered(400, "x".repeat(1_000)))[1], / 400 \(x{300}\): /);
  assert.match(problem(answered(400, " "))[1], / 400: /);
  assert.match(problem(answered(400, "<html>", { mediaType: "text/html; charset=utf-8" }))[1], / 400: /);
  assert.match(problem(answered(400, '{"error": "\\u00g"}'))[1], / 400 \(\{"error"/);
});

test("a redirect and a misfit name the field that says where the server is", () => {
  const words = { ...WORDS, field: "endpoint" };
  assert.match(problem(answered(302), words)[1], /set endpoint/);
  assert.deepEqual(misfit("answers with a page", words), {
    kind: "failed",
    message: "PowerDNS at https://pdns.test answers with a page: check that endpoint is correct",
  });
  assert.match(misfit("x", WORDS).message, /check that url is correct$/);
});

test("no answer is a failure, with a cure where a certificate is the cause", () => {
  const [kind, message] = problem({ kind: "unreachable", message: "connect ECONNREFUSED" });
  assert.deepEqual([kind, message], ["failed", "PowerDNS at https://pdns.test does not answer: connect ECONNREFUSED"]);
  for (const cause of [
    "self-signed certificate",
    "CERT_HAS_EXPIRED",
    "Hostname/IP does not match certificate's altnames",
  ]) {
    assert.match(problem({ kind: "unreachable", message: cause })[1], /: set caBundle .* and url /);
  }
});

test("a write whose content is at fault rejects the records; a status of 500 may be an outage too", () => {
  const refusal = { kind: "refused", reason: "Rejected", message: "no" } as const;
  const failure = { kind: "failed", message: "no" } as const;
  assert.deepEqual(recordsRejectedBy(refusal), refusal);
  assert.deepEqual(recordsRejectedBy({ ...refusal, isContent: true }), { kind: "rejected", message: "no" });
  assert.deepEqual(recordsRejectedBy(failure), failure);
  assert.deepEqual(recordsRejectedBy({ ...failure, mayBeContent: true }), {
    kind: "rejected",
    message: "no",
    outage: failure,
  });
});
