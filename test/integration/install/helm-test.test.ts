import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { startNameServer, type NameServer } from "../../lab/name-server.ts";
import { run } from "../../support/run.ts";

const SCRIPT = "charts/dnsalias/files/helm-test.mjs";

describe("what helm test runs in its pod", () => {
  const ops = createServer((_request, response) =>
    response.writeHead(isReady ? 200 : 503).end("the DnsAliases and DnsZones have not been read yet"),
  );
  let isReady = true;
  let server: NameServer;
  let readyUrl = "";

  before(async () => {
    server = await startNameServer({ zones: { "example.com": ["@ 60 A 192.0.2.1"] } });
    ops.listen(0, "127.0.0.1");
    await once(ops, "listening");
    const address = ops.address();
    assert.ok(typeof address === "object" && address !== null);
    readyUrl = `http://127.0.0.1:${address.port}/readyz`;
  });
  after(async () => {
    ops.close();
    await server[Symbol.asyncDispose]();
  });

  const helmTest = (...domains: readonly string[]) => {
    const questions = domains.map((domain) => `${domain}@${server.host}:${server.port}`).join(",");
    const env = { READY_URL: readyUrl, QUESTIONS: questions, PATIENCE_MS: "500" };
    return run(process.execPath, [SCRIPT], { env });
  };

  it("passes where the controller is ready and each zone is served", async () => {
    const { stdout, stderr, code } = await helmTest("example.com", "example.com");
    assert.equal(code, 0, stderr);
    const served = "ok: example.com is served by 127.0.0.1\n";
    assert.equal(stdout, `ok: the controller is ready\n${served}${served}`);
  });

  it("passes without zones", async () => {
    assert.equal((await helmTest()).code, 0);
  });

  it("fails, and names the zone, where one is not served", async () => {
    const { stderr, code } = await helmTest("example.com", "example.net");
    assert.equal(code, 1);
    assert.match(stderr, /not so: example\.net is served by 127\.0\.0\.1: /);
  });

  it("fails, and says what the controller says, where that is not ready", async () => {
    isReady = false;
    const { stderr, code } = await helmTest("example.com");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /not so: the controller is ready: .* says 503: the DnsAliases and DnsZones have not been read yet/,
    );
  });
});
