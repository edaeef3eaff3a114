import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import type { Fault } from "../lab/fault.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer, type NameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dig } from "../support/dig.ts";
import { endChecked } from "./checked-zones.ts";
import { scrape } from "./metrics-page.ts";
import { aliasShows, eventsOf, readAlias, type ObjectState } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome, answersBeside } from "./served.ts";

describe("targets whose servers fail", { skip: REAL_SERVERS, concurrency: true }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab();
  });
  after(() => endChecked(lab));

  /** A zone whose view is one laboratory server, and an alias at its apex that shows `www.target.test`. */
  const published = async (
    id: string,
    server: NameServer,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<string> => {
    const domain = `${id}.example`;
    await lab.addZone(domain, { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(aliasManifest({ name: id, hostnames: [domain], targets: ["www.target.test"], spec }));
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
    await addressesBecome(lab.dns, domain, "AAAA", ["2a01:db8:3::1"]);
    return domain;
  };

  /** P18: what the condition says is an Event of the alias, and the alias is counted under the reason. */
  const toldAndCounted = async (id: string, reason: string): Promise<void> => {
    await waitFor(`the Event and the count of ${reason}`, async () => {
      const events = await eventsOf(lab, "web", id);
      assert.ok(
        events.some((event) => event.startsWith(`Warning ${reason}: `) && event.includes("www.target.test")),
        events.join("\n"),
      );
      const page = await scrape(lab.controller.opsUrl);
      assert.ok(
        page.value(`dnsalias_aliases{ready="False",reason="${reason}"}`) >= 1,
        `no alias is counted as ${reason}`,
      );
      assert.ok(page.value('dnsalias_answers{state="held"}') >= 1, "no answer is counted as held");
    });
  };

  /** The two families are looked up apart, so for a while only one of them fails. */
  const bothFail = async (id: string, resolved: RegExp, outcome: RegExp): Promise<ObjectState> =>
    waitFor(
      `web/${id} to show ${outcome}`,
      async () => {
        const alias = await readAlias(lab, `web/${id}`);
        assert.match(alias.condition("Resolved"), resolved);
        assert.match(alias.outcome, outcome);
        return alias;
      },
      { withinMs: 120_000 },
    );

  const cases: readonly {
    readonly id: string;
    readonly fault: Fault;
    readonly resolved: RegExp;
    readonly outcome: RegExp;
  }[] = [
    { id: "silence", fault: { kind: "silence" }, resolved: /^False LookupFailed/, outcome: /^Failure: timeout/ },
    { id: "servfail", fault: { kind: "servfail" }, resolved: /^False LookupFailed/, outcome: /^Failure: servfail/ },
    { id: "refused", fault: { kind: "refused" }, resolved: /^False LookupFailed/, outcome: /^Failure: refused/ },
    {
      id: "garbage",
      fault: { kind: "garbage" },
      resolved: /^False LookupFailed/,
      outcome: /^(A )?Failure: (malformed|timeout)(, AAAA Failure: (malformed|timeout))?$/,
    },
    {
      id: "wrong-id",
      fault: { kind: "wrong-id" },
      resolved: /^False LookupFailed/,
      outcome: /^(A )?Failure: (malformed|timeout)(, AAAA Failure: (malformed|timeout))?$/,
    },
    {
      id: "wrong-question",
      fault: { kind: "wrong-question" },
      resolved: /^False LookupFailed/,
      outcome: /^(A )?Failure: (malformed|timeout)(, AAAA Failure: (malformed|timeout))?$/,
    },
    { id: "truncated", fault: { kind: "truncated" }, resolved: /^False LookupFailed/, outcome: /^Failure: truncated/ },
    {
      id: "too-slow",
      fault: { kind: "delay", ms: 4000 },
      resolved: /^False LookupFailed/,
      outcome: /^Failure: timeout/,
    },
    {
      id: "loop",
      fault: { kind: "loop" },
      resolved: /^False LoopDetected: .*loop\.www\.target\.test/,
      outcome: /^Failure: loop/,
    },
    { id: "nxdomain", fault: { kind: "nxdomain" }, resolved: /^False NoAddresses/, outcome: /^NxDomain/ },
    { id: "empty", fault: { kind: "empty" }, resolved: /^False NoAddresses/, outcome: /^NoData/ },
  ];

  for (const { id, fault, resolved, outcome } of cases) {
    test(`${id}: the records stay, the status says why, and all is well again afterwards`, async () => {
      await using server = await startNameServer({ zones: TARGET_ZONE });
      const domain = await published(id, server);
      await using sampler = startSampler(
        lab.dns,
        [
          { name: domain, family: "A" },
          { name: domain, family: "AAAA" },
        ],
        250,
      );
      server.fault(fault);
      const alias = await bothFail(id, resolved, outcome);
      assert.match(alias.condition("Ready"), /^False/);
      assert.match(alias.condition("Resolved"), /www\.target\.test/);
      const [, reason = ""] = /^False (\w+)/.exec(alias.condition("Resolved")) ?? [];
      await toldAndCounted(id, reason);
      await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
      await addressesBecome(lab.dns, domain, "AAAA", ["2a01:db8:3::1"]);
      server.heal();
      server.set("www.target.test", "A", 5, ["11.3.0.2"]);
      await addressesBecome(lab.dns, domain, "A", ["11.3.0.2"], 120_000);
      await aliasShows(lab, `web/${id}`, "Ready", /^True/, { withinMs: 60_000 });
      assert.deepEqual(sampler.blanks(), []);
    });
  }

  test("a slow server that answers in time is followed without a complaint", async () => {
    await using server = await startNameServer({ zones: TARGET_ZONE });
    const domain = await published("slow", server);
    server.fault({ kind: "delay", ms: 900 });
    server.set("www.target.test", "A", 5, ["11.3.0.2"]);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.2"]);
    assert.match((await readAlias(lab, "web/slow")).condition("Resolved"), /^True/);
  });

  test("one family that is gone is withdrawn alone, and not before a minute of empty answers", async () => {
    await using server = await startNameServer({ zones: TARGET_ZONE });
    const domain = await published("one-family", server);
    await using sampler = startSampler(lab.dns, [{ name: domain, family: "A" }], 250);
    server.set("www.target.test", "AAAA", 5, []);
    await delay(50_000);
    await addressesBecome(lab.dns, domain, "AAAA", ["2a01:db8:3::1"]);
    await addressesBecome(lab.dns, domain, "AAAA", [], 60_000);
    await aliasShows(lab, "web/one-family", "Ready", /^True/);
    assert.deepEqual(sampler.blanks(), []);
  });

  test("onEmpty: Withdraw removes our records after a minute of NXDOMAIN, and nothing else; they come back with the target", async () => {
    await using server = await startNameServer({ zones: TARGET_ZONE });
    const domain = await published("withdraw", server, { onEmpty: "Withdraw" });
    const beside = await answersBeside(lab.dns, domain);
    server.set("www.target.test", "A", 5, []);
    server.set("www.target.test", "AAAA", 5, []);
    server.fault({ kind: "nxdomain" }, { name: "www.target.test" });
    await delay(50_000);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
    await addressesBecome(lab.dns, domain, "A", [], 60_000);
    await addressesBecome(lab.dns, domain, "AAAA", []);
    await aliasShows(lab, "web/withdraw", "Resolved", /^False NoAddresses: .*withdrawn/);
    assert.deepEqual(await answersBeside(lab.dns, domain), beside);
    server.heal();
    server.set("www.target.test", "A", 5, ["11.3.0.3"]);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.3"], 60_000);
  });

  test("onStale: Fallback publishes the fallback addresses once look-ups have failed for maxStaleness", async () => {
    await using server = await startNameServer({ zones: TARGET_ZONE });
    const spec = { onStale: "Fallback", maxStaleness: "20s", fallbackAddresses: ["11.3.9.9"] };
    const domain = await published("stale", server, spec);
    server.fault({ kind: "servfail" });
    await delay(10_000);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
    await addressesBecome(lab.dns, domain, "A", ["11.3.9.9"], 60_000);
    await aliasShows(lab, "web/stale", "Resolved", /^False Stale/);
    await toldAndCounted("stale", "Stale");
    server.heal();
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"], 60_000);
  });

  test("a chain that comes back to the alias's own name is a loop, and what is published stays", async () => {
    await using server = await startNameServer({ zones: { ...TARGET_ZONE, "own.example": ["@ 5 A 11.3.8.8"] } });
    const domain = await published("own", server);
    server.set("www.target.test", "A", 5, []);
    server.set("www.target.test", "AAAA", 5, []);
    server.set("www.target.test", "CNAME", 5, ["own.example."]);
    const alias = await aliasShows(lab, "web/own", "Resolved", /^False LoopDetected/, { withinMs: 60_000 });
    assert.match(alias.condition("Resolved"), /own\.example/);
    assert.match(alias.condition("Stalled"), /^True/);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
    server.set("www.target.test", "CNAME", 5, []);
    server.set("www.target.test", "A", 5, ["11.3.0.4"]);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.4"], 60_000);
    await aliasShows(lab, "web/own", "Ready", /^True/);
  });

  test("two aliases that point at each other are a loop, and neither is published", async () => {
    await lab.addZone("ring.example");
    await lab.apply(
      aliasManifest({ name: "ring-a", hostnames: ["a.ring.example"], targets: ["b.ring.example"] }),
      aliasManifest({ name: "ring-b", hostnames: ["b.ring.example"], targets: ["a.ring.example"] }),
    );
    await aliasShows(lab, "web/ring-a", "Resolved", /^False LoopDetected/);
    await aliasShows(lab, "web/ring-b", "Resolved", /^False LoopDetected/);
    assert.deepEqual((await dig(lab.dns, "a.ring.example")).answer, []);
  });

  test("a chain of 17 hops is too deep; one of 16 is followed", async () => {
    const hops = Array.from({ length: 17 }, (_, hop) => `h${hop} 5 CNAME h${hop + 1}`);
    await using server = await startNameServer({ zones: { "deep.test": [...hops, "h17 5 A 11.3.7.7"] } });
    await lab.addZone("deep.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(
      aliasManifest({ name: "deep", hostnames: ["deep.example"], targets: ["h0.deep.test"] }),
      aliasManifest({ name: "deep-enough", hostnames: ["enough.deep.example"], targets: ["h1.deep.test"] }),
    );
    await addressesBecome(lab.dns, "enough.deep.example", "A", ["11.3.7.7"]);
    await aliasShows(lab, "web/deep", "Resolved", /^False LoopDetected/);
    assert.deepEqual((await dig(lab.dns, "deep.example")).answer, []);
  });

  test("a private address in a public answer is refused until it is allowed; the old set stays", async () => {
    await using server = await startNameServer({ zones: TARGET_ZONE });
    const domain = await published("private", server);
    server.set("www.target.test", "A", 5, ["10.1.2.3"]);
    const alias = await aliasShows(lab, "web/private", "Resolved", /^False SpecialUseRefused/, { withinMs: 60_000 });
    assert.match(alias.condition("Resolved"), /10\.1\.2\.3/);
    await addressesBecome(lab.dns, domain, "A", ["11.3.0.1"]);
    await lab.kubectl("patch", "dnsalias", "private", "-n", "web", "--type=merge", '-p={"spec":{"allowPrivate":true}}');
    await addressesBecome(lab.dns, domain, "A", ["10.1.2.3"], 60_000);
  });

  test("a dead authoritative server behind the recursive one takes nothing away", async () => {
    await lab.targets.set(
      { name: "dead.cdn.test", type: "A", ttl: 5, data: ["11.3.6.1"] },
      { name: "dead.cdn.test", type: "AAAA", ttl: 5, data: ["2a01:db8:3::6"] },
    );
    await lab.addZone("dead.example");
    await lab.apply(aliasManifest({ name: "dead", hostnames: ["dead.example"], targets: ["dead.cdn.test"] }));
    await addressesBecome(lab.dns, "dead.example", "A", ["11.3.6.1"]);
    await using sampler = startSampler(lab.dns, [{ name: "dead.example", family: "A" }], 250);
    await lab.targets.servers["cdn.test"].stop();
    await aliasShows(lab, "web/dead", "Resolved", /^False LookupFailed/, { withinMs: 90_000 });
    await lab.targets.servers["cdn.test"].start();
    await aliasShows(lab, "web/dead", "Ready", /^True/, { withinMs: 120_000 });
    assert.deepEqual(sampler.blanks(), []);
  });
});

const TARGET_ZONE = { "target.test": ["www 5 A 11.3.0.1", "www 5 AAAA 2a01:db8:3::1"] };
