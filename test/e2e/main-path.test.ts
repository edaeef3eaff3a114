import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneText } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dig } from "../support/dig.ts";
import { skipWithoutDnspython } from "../support/dnspython.ts";
import { watchZone } from "../support/zone-watch.ts";
import { endChecked } from "./checked-zones.ts";
import type { Bind } from "../support/bind.ts";
import { DIRECT_BOUND, directZone, startDirectServer } from "./direct-zone.ts";
import { assertFresh, followChanges, heldBack } from "./freshness.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

describe(
  "a DnsAlias and the zone that CoreDNS serves",
  { skip: REAL_SERVERS || skipWithoutDnspython(), concurrency: true },
  () => {
    let lab: ClusterLab;
    before(async () => {
      lab = await startClusterLab();
    });
    after(() => endChecked(lab));

    const a = (name: string, ...data: readonly string[]) => ({ name, type: "A", ttl: 5, data }) as const;
    const aaaa = (name: string, ...data: readonly string[]) => ({ name, type: "AAAA", ttl: 5, data }) as const;
    const cname = (name: string, target: string) => ({ name, type: "CNAME", ttl: 5, data: [`${target}.`] }) as const;

    test("P1 P2 P4 P17: kubectl apply gives the apex addresses that follow the target; all other types stay as they are", async () => {
      await lab.targets.set(a("p1.lb.test", "11.2.1.1"), aaaa("p1.lb.test", "2a01:db8:1::1"));
      await lab.addZone("p1.example");
      await waitFor("the zone", async () => assert.equal((await dig(lab.dns, "p1.example", "SOA")).status, "NOERROR"));
      await using watch = await watchZone({ at: lab.dns, zone: "p1.example", text: baseZoneText("p1.example") });
      const before = await dig(lab.dns, "p1.example", "A");
      assert.deepEqual([before.status, before.answer], ["NOERROR", []], before.text);

      await lab.apply(aliasManifest({ name: "p1", hostnames: ["p1.example"], targets: ["p1.lb.test"] }));
      await lab.kubectl("wait", "--for=condition=Ready", "dnsalias/p1", "-n", "web", "--timeout=30s");
      const reply = await dig(lab.dns, "p1.example", "A");
      assert.deepEqual(
        reply.answer.map(({ name, type, data }) => `${name} ${type} ${data}`),
        ["p1.example. A 11.2.1.1"],
        reply.text,
      );
      assert.ok(reply.flags.includes("aa"), reply.text);
      assert.deepEqual((await dig(lab.dns, "p1.example", "CNAME")).answer, []);
      await addressesBecome(lab.dns, "p1.example", "AAAA", ["2a01:db8:1::1"]);
      const columns =
        /HOSTNAMES\s+TARGETS\s+ADDRESSES\s+TTL\s+HEALTHY\s+READY\s+REASON\s+AGE\s+p1\s+\["p1\.example"\]\s+p1\.lb\.test\s+11\.2\.1\.1,2a01:db8:1::1\s+5\s+True\s+Ready\s/;
      await waitFor("the status to show both families", async () =>
        assert.match(await lab.kubectl("get", "dnsalias", "p1", "-n", "web"), columns),
      );

      await lab.targets.set(a("p1.lb.test", "11.2.1.2"));
      await addressesBecome(lab.dns, "p1.example", "A", ["11.2.1.2"]);

      await lab.kubectl("delete", "dnsalias", "p1", "-n", "web", "--timeout=30s");
      await addressesBecome(lab.dns, "p1.example", "A", []);
      await addressesBecome(lab.dns, "p1.example", "AAAA", []);
      await watch.assertUnchanged();
    });

    test("P5: the whole set of both families is served, with one TTL", async () => {
      const four = Array.from({ length: 12 }, (_, index) => `11.2.5.${index + 1}`);
      const six = Array.from({ length: 9 }, (_, index) => `2a01:db8:5::${index + 1}`);
      await lab.targets.set(a("p5.lb.test", ...four), aaaa("p5.lb.test", ...six));
      await lab.addZone("p5.example");
      await lab.apply(aliasManifest({ name: "p5", hostnames: ["p5.example"], targets: ["p5.lb.test"] }));
      await addressesBecome(lab.dns, "p5.example", "A", four);
      await addressesBecome(lab.dns, "p5.example", "AAAA", six);
      const { answer } = await dig(lab.dns, "p5.example", "A");
      assert.equal(new Set(answer.map(({ ttl }) => ttl)).size, 1);
      await waitFor("the status to show all", async () =>
        assert.equal((await readAlias(lab, "web/p5")).addresses.length, 21),
      );
    });

    test("P3: a chain of 7 over 3 zones is followed at the apex, below it and as a wildcard, and so is a hop that moves", async () => {
      const hops = [
        "c1.lb.test",
        "c2.cdn.test",
        "c3.edge.test",
        "c4.lb.test",
        "c5.cdn.test",
        "c6.edge.test",
        "c7.lb.test",
      ];
      await lab.targets.set(
        ...hops.map((hop, index) => cname(hop, hops[index + 1] ?? "end.cdn.test")),
        a("end.cdn.test", "11.2.3.1"),
        a("end.edge.test", "11.2.3.9"),
      );
      await lab.addZone("p3.example");
      const hostnames = ["p3.example", "below.p3.example", "*.wild.p3.example"];
      await lab.apply(aliasManifest({ name: "p3", hostnames, targets: ["c1.lb.test"] }));
      const asked = ["p3.example", "below.p3.example", "any.wild.p3.example"];
      await Promise.all(asked.map((name) => addressesBecome(lab.dns, name, "A", ["11.2.3.1"])));
      const alias = await aliasShows(lab, "web/p3", "Ready", /^True/);
      assert.deepEqual(alias.chain, [...hops, "end.cdn.test"]);

      await lab.targets.set(cname("c5.cdn.test", "end.edge.test"));
      await Promise.all(asked.map((name) => addressesBecome(lab.dns, name, "A", ["11.2.3.9"])));
      await waitFor("the chain in the status", async () =>
        assert.deepEqual((await readAlias(lab, "web/p3")).chain, [...hops.slice(0, 5), "end.edge.test"]),
      );
      assert.equal((await dig(lab.dns, "p3.example", "MX")).answer.length, 1);
    });

    describe("P7: what is measured stays within the bound that the status states", { concurrency: true }, () => {
      const sets = [1, 2, 3, 4].map((step) => [`11.2.7.${step}`, `11.2.7.${step + 100}`]);
      let server: Bind;
      before(async () => {
        server = await startDirectServer("p7.example", "late.example");
      });
      after(() => server[Symbol.asyncDispose]());

      const publish = async (domain: string, target: string): Promise<number> => {
        await lab.targets.set(a(target, ...(sets[0] ?? [])));
        const startedAt = performance.now();
        const name = domain.replace(".example", "");
        await lab.apply(directZone(domain, server), aliasManifest({ name, hostnames: [domain], targets: [target] }));
        await aliasShows(lab, `web/${name}`, "Ready", /^True/, { withinMs: 60_000 });
        return performance.now() - startedAt;
      };
      const statedMs = async (key: string): Promise<number> => (await readAlias(lab, key)).boundMs;

      test("P7: each answer of BIND after each change, and the bound is the documented one", async () => {
        const startedInMs = await publish("p7.example", "p7.edge.test");
        assertFresh(
          await followChanges({
            servers: [server],
            name: "p7.example",
            statedMs: () => statedMs("web/p7"),
            documented: DIRECT_BOUND,
            startedInMs,
            set: (addresses) => lab.targets.set(a("p7.edge.test", ...addresses)),
            sets,
          }),
        );
      });

      test("P7: a product that is 60 s late is caught", async () => {
        const startedInMs = await publish("late.example", "late.edge.test");
        await using late = heldBack(60_000, (addresses: readonly string[]) =>
          lab.targets.set(a("late.edge.test", ...addresses)),
        );
        const changes = await followChanges({
          servers: [server],
          name: "late.example",
          statedMs: () => statedMs("web/late"),
          documented: DIRECT_BOUND,
          startedInMs,
          set: late.set,
          sets: sets.slice(0, 2),
        });
        assert.throws(() => assertFresh(changes), /11\.2\.7\.1 .* ms of at most/);
      });
    });

    test("P10: targets of one alias and of two are merged; one that fails takes nothing away", async () => {
      await using server = await startNameServer({
        zones: { "p10.test": ["one 5 A 11.2.10.1", "two 5 A 11.2.10.2", "two 5 A 11.2.10.1", "three 9 A 11.2.10.3"] },
      });
      const resolvers = [{ address: server.host, port: server.port }];
      await lab.addZone("p10.example", { spec: { resolvers } });
      const hostnames = ["p10.example"];
      await lab.apply(
        aliasManifest({ name: "p10-first", hostnames, targets: ["one.p10.test", "two.p10.test"] }),
        aliasManifest({ name: "p10-second", hostnames, targets: ["three.p10.test"] }),
      );
      await addressesBecome(lab.dns, "p10.example", "A", ["11.2.10.1", "11.2.10.2", "11.2.10.3"]);
      const { answer } = await dig(lab.dns, "p10.example", "A");
      assert.deepEqual(new Set(answer.map(({ ttl }) => ttl)), new Set([5]), "the least TTL");

      server.fault({ kind: "servfail" }, { name: "two.p10.test" });
      server.set("three.p10.test", "A", 9, ["11.2.10.33"]);
      await addressesBecome(lab.dns, "p10.example", "A", ["11.2.10.1", "11.2.10.2", "11.2.10.33"]);
      await aliasShows(lab, "web/p10-first", "Resolved", /^False LookupFailed: .*two\.p10\.test/, { withinMs: 60_000 });
      await aliasShows(lab, "web/p10-second", "Ready", /^True/);
      await addressesBecome(lab.dns, "p10.example", "A", ["11.2.10.1", "11.2.10.2", "11.2.10.33"]);
    });

    test("P11: static addresses are merged, and stay and arrive while no resolver answers", async () => {
      await using server = await startNameServer({ zones: { "p11.test": ["www 5 A 11.2.11.1"] } });
      await lab.addZone("p11.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
      const statics = ["203.0.113.7", "2001:db8::7"];
      await lab.apply(aliasManifest({ name: "p11", hostnames: ["p11.example"], targets: ["www.p11.test", statics] }));
      await addressesBecome(lab.dns, "p11.example", "A", ["11.2.11.1", "203.0.113.7"]);
      await addressesBecome(lab.dns, "p11.example", "AAAA", ["2001:db8::7"]);

      await server.stop();
      await using sampler = startSampler(lab.dns, [
        { name: "p11.example", family: "A" },
        { name: "p11.example", family: "AAAA" },
      ]);
      await lab.apply(
        aliasManifest({ name: "p11-late", hostnames: ["late.p11.example"], targets: ["www.p11.test", statics] }),
      );
      await addressesBecome(lab.dns, "late.p11.example", "A", ["11.2.11.1", "203.0.113.7"]);
      await aliasShows(lab, "web/p11", "Resolved", /^False LookupFailed/, { withinMs: 60_000 });
      await addressesBecome(lab.dns, "p11.example", "A", ["11.2.11.1", "203.0.113.7"]);
      assert.deepEqual(sampler.blanks(), []);
    });
  },
);
