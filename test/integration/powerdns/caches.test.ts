import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { cachedForMs, expectedLagMs } from "../../../src/providers/expected-lag.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { startPdns } from "../../support/pdns.ts";
import { run } from "../../support/run.ts";
import { ZONE_TEXT } from "./lab.ts";

const PAGE = "docs/concepts/freshness.md";

describe("the caches of PowerDNS", { skip: skipWithout("pdns_server", "sqlite3", "dig") }, () => {
  it("keep answers, by default, for the time that the bound counts and the page has", async () => {
    const { stdout } = await run(locateComponent("pdns_server"), ["--no-config", "--config=default"]);
    const secondsOf = (setting: string): number =>
      Number(new RegExp(`^#? ?${setting}=(\\d+)$`, "m").exec(stdout)?.[1] ?? Number.NaN);
    // Each counts whole seconds, so that it can keep an answer for up to one more.
    const seconds = secondsOf("query-cache-ttl") + 1 + secondsOf("cache-ttl") + 1;
    assert.equal(cachedForMs("powerDNS"), seconds * 1_000);
    assert.equal(expectedLagMs("powerDNS", "file"), seconds * 1_000);
    const page = /^\| `powerDNS` \| (\d+) s \|/m.exec(await readFile(PAGE, "utf8"))?.[1];
    assert.equal(Number(page), seconds);
  });

  it("keep an old answer one after the other, where another server wrote to the database", async () => {
    const cacheSeconds = 5;
    const text = ZONE_TEXT.replace("mail IN A 192.0.2.25", "mail IN A 192.0.2.25\n@ 60 IN A 198.51.100.1");
    await using pdns = await startPdns({ cacheSeconds, zones: { "example.com": text } });
    const served = async (edns: "+noedns" | "+edns"): Promise<readonly string[]> =>
      answerData(await dig(pdns, "example.com", "A", [edns, "+nocookie"]), "A");
    assert.deepEqual(await served("+noedns"), ["198.51.100.1"]);
    const filledAt = performance.now();
    await pdns.util("replace-rrset", "example.com", "@", "A", "60", "198.51.100.2");
    await pause(filledAt + (cacheSeconds - 2) * 1_000 - performance.now());
    // Not the packet of before: it is answered from the query cache.
    assert.deepEqual(await served("+edns"), ["198.51.100.1"]);
    let oldAt = performance.now();
    while ((await served("+edns"))[0] === "198.51.100.1") {
      oldAt = performance.now();
      await pause(50);
    }
    assert.deepEqual(await served("+edns"), ["198.51.100.2"]);
    const keptMs = oldAt - filledAt;
    assert.ok(keptMs > (cacheSeconds + 1) * 1_000, `one cache alone would have kept it as long: ${keptMs} ms`);
    assert.ok(keptMs < (2 * (cacheSeconds + 1) + 1) * 1_000, `kept for ${keptMs} ms`);
  });
});
