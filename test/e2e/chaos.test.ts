import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { describe, test } from "node:test";
import { createSink } from "../../src/cli/terminal/streams.ts";
import { runChaos } from "../chaos/chaos.ts";
import { isClean, reportOf } from "../chaos/report.ts";
import { skipWithout } from "../support/component.ts";
import { skipWithoutDnsEndpointCrd } from "../support/dns-endpoint-crd.ts";
import { childProcesses } from "../support/process-gone.ts";
import { skipWithoutOutside } from "../support/outside-network.ts";
import { REAL_SERVERS } from "./real-servers.ts";

const skip =
  skipWithoutOutside() ||
  REAL_SERVERS ||
  skipWithout("external-dns-webhook", "iptables", "ip", "pdns_server", "pdnsutil", "pdns_control", "sqlite3") ||
  skipWithoutDnsEndpointCrd();

/** The short form of `npm run chaos`, with a schedule that is always the same. */
describe("P16: controllers are killed while networks are cut and servers restart", { skip }, () => {
  test("no answer is blank, wrong, or older than an earlier one, and no record is left over or touched", async (t) => {
    const result = await runChaos({
      seed: 20_261_130,
      kills: 30,
      durationMs: 75_000,
      main: undefined,
      onProgress: (text) => t.diagnostic(text),
      signal: t.signal,
    });
    const report = reportOf(createSink(process.stderr, { NO_COLOR: "1" }), result);
    t.diagnostic(report);
    assert.ok(isClean(result), report);
    const kills = ["SIGKILL of the leader", "SIGKILL of a standby"].map((text) => result.done.get(text) ?? 0);
    assert.equal(
      kills.reduce((sum, count) => sum + count),
      30,
    );
    assert.ok(kills.every((count) => count > 0));
    assert.ok(result.verdict.answers > 10_000);
  });

  test("and nothing is left behind", async () => {
    assert.deepEqual(await childProcesses(), []);
    const names = Object.keys(networkInterfaces()).filter((name) => name.startsWith(`dch${process.pid}-`));
    assert.deepEqual(names, []);
    const namespaces = await readdir("/run/netns").catch(() => []);
    assert.deepEqual(
      namespaces.filter((name) => name.startsWith(`dnsalias-chaos-${process.pid}-`)),
      [],
    );
  });
});
