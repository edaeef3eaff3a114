import assert from "node:assert/strict";
import { test } from "node:test";
import { opsReply, type OpsPages } from "../../../src/ops/ops-reply.ts";
import { emptyStatus } from "../../support/status.ts";

const PLAIN = "text/plain; charset=utf-8";
const NOTHING = "there is /, /metrics, /healthz and /readyz\n";
const WELL: OpsPages = {
  metrics: async () => ({ contentType: "text/plain; version=0.0.4", text: "up 1\n" }),
  unhealthy: () => [],
  unready: () => [],
  status: () => emptyStatus(),
};
const UNWELL: OpsPages = {
  ...WELL,
  unhealthy: () => ["a loop is stuck"],
  unready: () => ["the DnsAliases and DnsZones have not been read yet", "no worker runs"],
};

interface Case {
  readonly request: string;
  readonly pages?: OpsPages;
  readonly want: readonly [status: number, contentType: string, text: string];
}

const CASES: readonly Case[] = [
  { request: "GET /healthz", want: [200, PLAIN, "ok\n"] },
  { request: "HEAD /healthz", want: [200, PLAIN, "ok\n"] },
  { request: "GET /healthz?verbose", want: [200, PLAIN, "ok\n"] },
  { request: "GET /healthz", pages: UNWELL, want: [503, PLAIN, "a loop is stuck\n"] },
  { request: "GET /readyz", want: [200, PLAIN, "ok\n"] },
  {
    request: "GET /readyz",
    pages: UNWELL,
    want: [503, PLAIN, "the DnsAliases and DnsZones have not been read yet\nno worker runs\n"],
  },
  { request: "GET /metrics", want: [200, "text/plain; version=0.0.4", "up 1\n"] },
  { request: "GET /metrics/", want: [404, PLAIN, NOTHING] },
  { request: "GET /favicon.ico", want: [404, PLAIN, NOTHING] },
  { request: "POST /healthz", want: [405, PLAIN, "only GET and HEAD\n"] },
  { request: "DELETE /", want: [405, PLAIN, "only GET and HEAD\n"] },
];

for (const { request, pages = WELL, want } of CASES) {
  test(`${request}${pages === UNWELL ? " of a process that is not well" : ""}: ${want[0]}`, async () => {
    const [method, url] = request.split(" ");
    const { status, contentType, text, headers } = await opsReply(pages, { method, url });
    assert.deepEqual([status, contentType, text, headers], [...want, undefined]);
  });
}

test("the status page gets the query, and is neither kept nor framed nor given a script", async () => {
  const queries: string[] = [];
  const pages: OpsPages = {
    ...WELL,
    status: (query) => {
      queries.push(query.toString());
      return emptyStatus();
    },
  };
  const page = await opsReply(pages, { method: "GET", url: "/?q=a%20b&page=2" });
  await opsReply(pages, { method: "GET" });
  assert.deepEqual(queries, ["q=a+b&page=2", ""]);
  assert.deepEqual([page.status, page.contentType], [200, "text/html; charset=utf-8"]);
  assert.match(page.text, /^<!doctype html>/i);
  const { "content-security-policy": policy = "", ...rest } = page.headers ?? {};
  assert.deepEqual(rest, { "referrer-policy": "no-referrer", "cache-control": "no-store" });
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
});

test("a page that can't be made is the caller's to report", async () => {
  const metrics = async (): Promise<never> => {
    throw new Error("no registry");
  };
  await assert.rejects(opsReply({ ...WELL, metrics }, { method: "GET", url: "/metrics" }), /no registry/);
});
