import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFinding, checkRequest } from "../../../../../src/cli/compose/health/check-words.ts";
import type { ActiveCheck } from "../../../../../src/controller/ports/checks.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { CheckResult, FailureClass } from "../../../../../src/transport/check/check-request.ts";

const TIMES = { periodMs: 10_000, timeoutMs: 2_000, failureThreshold: 3, successThreshold: 1, minHealthyPercent: 1 };
const TCP: ActiveCheck = { kind: "tcpSocket", port: 8443, ...TIMES };
const HTTP = {
  kind: "httpGet",
  port: 443,
  scheme: "HTTPS",
  insecureSkipTLSVerify: false,
  host: parseName("shop.example.com"),
  path: "/healthz",
  headers: [{ name: "x-probe", value: "1" }],
  expectedStatuses: [{ first: 200, last: 299 }],
  ...TIMES,
} satisfies ActiveCheck;

test("a TCP check only connects", () => {
  assert.deepEqual(checkRequest("192.0.2.1", TCP, "agent"), { address: "192.0.2.1", port: 8443, timeoutMs: 2_000 });
});

test("an HTTP check has all that the DnsAlias says, and a host without the final dot", () => {
  const http = {
    tls: true,
    insecureSkipTLSVerify: false,
    host: "shop.example.com",
    path: "/healthz",
    headers: [{ name: "x-probe", value: "1" }],
    expectedStatuses: [{ first: 200, last: 299 }],
    userAgent: "agent",
  };
  const request = { address: "2001:db8::1", port: 443, timeoutMs: 2_000 };
  assert.deepEqual(checkRequest("2001:db8::1", HTTP, "agent"), { ...request, http });
  const plain: ActiveCheck = { ...HTTP, scheme: "HTTP", insecureSkipTLSVerify: true, bodyContains: "ok" };
  assert.deepEqual(checkRequest("2001:db8::1", plain, "agent"), {
    ...request,
    http: { ...http, tls: false, insecureSkipTLSVerify: true, bodyContains: "ok" },
  });
});

test("a success, and a check that this host could not make, have no message", () => {
  assert.deepEqual(checkFinding({ kind: "success" }, HTTP), { kind: "success" });
  assert.deepEqual(checkFinding({ kind: "local" }, HTTP), { kind: "local" });
});

const MESSAGES: readonly (readonly [of: FailureClass, want: string])[] = [
  ["refused", "connection refused"],
  ["unreachable", "no route to the address"],
  ["timeout", "timed out"],
  ["closed", "connection closed"],
  ["certificate", "no valid certificate for shop.example.com"],
  ["tls", "TLS handshake failed"],
  ["protocol", "invalid HTTP response"],
  ["body", "the body lacks the text of bodyContains"],
  ["status", "HTTP 503"],
];

for (const [failure, message] of MESSAGES) {
  test(`the failure "${failure}" is shown as "${message}"`, () => {
    const result: CheckResult = { kind: "failure", class: failure, ...(failure === "status" && { status: 503 }) };
    assert.deepEqual(checkFinding(result, HTTP), { kind: "failure", message });
  });
}

test("a TCP check has no hostname", () => {
  const finding = checkFinding({ kind: "failure", class: "timeout" }, TCP);
  assert.deepEqual(finding, { kind: "failure", message: "timed out" });
});
