import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import type { ControllerProcess } from "../lab/controller-process.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { endChecked } from "./checked-zones.ts";
import { DIRECT_BOUND, directZone, startDirectServer } from "./direct-zone.ts";
import { assertFresh, followChanges, heldBack, slowestMs } from "./freshness.ts";
import { askCold } from "./cold-answers.ts";
import { aliasShows, eventsOf, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesOf, ask, metricOf, responderGives } from "./responder-lab.ts";

describe("two replicas with a responder, of which one leads", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  let follower: ControllerProcess;
  let leading: DnsEndpoint;
  let following: DnsEndpoint;
  before(async () => {
    const [first, second] = await Promise.all([freePort(), freePort()]);
    leading = { host: "127.0.0.1", port: first };
    following = { host: "127.0.0.1", port: second };
    lab = await startClusterLab({ controllerArgs: argsFor(first) });
    await waitFor("a leader", () => assert.match(lab.controller.output(), /"leading"/));
    follower = await lab.startSecondController(argsFor(second));
    // A zone to check at the end, whichever tests run.
    await lab.addZone("rendered.example");
  });
  after(async () => {
    await follower.stop();
    await endChecked(lab);
  });

  test("both answer, the other one by a look-up of its own when it is asked: one for many askers, fresh after the TTL", async () => {
    await using server = await startNameServer({ zones: { "cold.test": ["w 6 A 11.7.0.1", "w 6 A 11.7.0.2"] } });
    await lab.addZone("cold.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(aliasManifest({ name: "cold", hostnames: ["cold.example"], targets: ["w.cold.test"] }));
    await aliasShows(lab, "web/cold", "Ready", /^True/);
    await responderGives(leading, "cold.example", ["11.7.0.1", "11.7.0.2"]);
    assert.doesNotMatch(follower.output(), /"leading"/);
    assert.equal(await lookUpsOf(follower), 0, "nothing is looked up before it is asked for");

    await waitFor("the zone at the follower", async () =>
      assert.equal((await ask(following, "cold.example", "SOA")).status, "NOERROR"),
    );
    const clients = Array.from({ length: 40 }, (_, index) => clientFrom(`127.0.0.${index + 2}`));
    const replies = await Promise.all(clients.map((flags) => ask(following, "cold.example", "A", flags)));
    for (const reply of replies) {
      assert.deepEqual(addressesOf(reply), ["11.7.0.1", "11.7.0.2"]);
    }
    assert.equal(await lookUpsOf(follower), 1);

    server.set("w.cold.test", "A", 6, ["11.7.0.1", "11.7.0.3"]);
    await delay(6_500);
    assert.deepEqual(addressesOf(await ask(following, "cold.example")), ["11.7.0.1", "11.7.0.3"]);

    await server.stop();
    await delay(10_000);
    const stale = await ask(following, "cold.example");
    assert.deepEqual(addressesOf(stale), ["11.7.0.1", "11.7.0.3"]);
    assert.match(stale.text, /EDE: 3 /);
  });

  test("P6: while the resolver is silent, the other replica gives to a cold question what the first one published, within 1.8 s: the median of ten", async (context) => {
    const ids = Array.from({ length: 10 }, (_, index) => index);
    await using server = await startNameServer({
      zones: { "silent.test": ids.map((id) => `t${id} 60 A 11.7.4.${id}`) },
    });
    await lab.addZone("silent.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(
      ...ids.map((id) =>
        aliasManifest({
          name: `silent${id}`,
          hostnames: [`n${id}.silent.example`],
          targets: [`t${id}.silent.test`],
          spec: { ipFamilies: ["IPv4"] },
        }),
      ),
    );
    await Promise.all(ids.map((id) => aliasShows(lab, `web/silent${id}`, "Ready", /^True/)));
    await waitFor("the zone at the follower", async () =>
      assert.equal((await ask(following, "silent.example", "SOA")).status, "NOERROR"),
    );
    server.fault({ kind: "silence" });
    const { medianMs, times, wrong } = await askCold(
      following,
      ids.map((id) => ({ name: `n${id}.silent.example`, lastKnownGood: `11.7.4.${id}`, askAt: 0 })),
    );
    context.diagnostic(`median ${medianMs.toFixed(0)} ms of ${times.map((ms) => ms.toFixed(0)).join(", ")}`);
    assert.ok(medianMs > 1_000 && medianMs < 1_900, `median ${medianMs} ms; ${wrong.join("; ")}`);
  });

  test("P7: at either replica what is measured stays within the bound in the status, and a product that is 60 s late is caught", async () => {
    const sets = [0, 1, 2, 3, 4].map((step) => [`11.7.1.${step}`, `11.7.1.${step + 100}`]);
    const set = (data: readonly string[]) => lab.targets.set({ name: "p7r.edge.test", type: "A", ttl: 5, data });
    await set(sets[0] ?? []);
    await using server = await startDirectServer("p7r.example");
    const startedAt = performance.now();
    await lab.apply(
      directZone("p7r.example", server),
      aliasManifest({ name: "p7r", hostnames: ["p7r.example"], targets: ["p7r.edge.test"] }),
    );
    await aliasShows(lab, "web/p7r", "Ready", /^True/, { withinMs: 60_000 });
    const servers = [leading, following];
    for (const at of servers) {
      await responderGives(at, "p7r.example", sets[0] ?? []);
    }
    const watched = {
      servers,
      name: "p7r.example",
      statedMs: async () => (await readAlias(lab, "web/p7r")).boundMs,
      documented: DIRECT_BOUND,
      startedInMs: performance.now() - startedAt,
    };
    const inTime = await followChanges({ ...watched, set, sets: sets.slice(0, 4) });
    assertFresh(inTime);

    await using late = heldBack(60_000, set);
    const startedInMs = slowestMs(watched.startedInMs, inTime);
    const changes = await followChanges({ ...watched, startedInMs, set: late.set, sets: sets.slice(3) });
    assert.throws(() => assertFresh(changes), /11\.7\.1\.3 .* ms of at most/);
    await lab.kubectl("delete", "dnsalias", "p7r", "-n", "web", "--timeout=30s");
    await lab.kubectl("delete", "dnszone", "p7r-example", "-n", "dns-system", "--timeout=30s");
  });

  test("an alias that goes, a base zone that changes and one that breaks are seen at both replicas", async () => {
    await lab.targets.set({ name: "gone.edge.test", type: "A", ttl: 5, data: ["11.7.2.1"] });
    await lab.addZone("gone.example");
    await lab.apply(aliasManifest({ name: "gone", hostnames: ["w.gone.example"], targets: ["gone.edge.test"] }));
    const both = [leading, following];
    await Promise.all(both.map((at) => responderGives(at, "w.gone.example", ["11.7.2.1"])));
    const serials = await Promise.all(both.map((at) => serialOf(at, "gone.example")));
    await lab.kubectl("delete", "dnsalias", "gone", "-n", "web", "--timeout=30s");
    for (const [index, at] of both.entries()) {
      await waitFor("the name to be gone", async () =>
        assert.equal((await ask(at, "w.gone.example")).status, "NXDOMAIN"),
      );
      assert.ok((await serialOf(at, "gone.example")) > (serials[index] ?? 0), "the serial rises");
    }
    const broken = JSON.stringify({ data: { zone: "@ IN SOA broken" } });
    await lab.kubectl("patch", "configmap", "base-gone-example", "-n", "dns-system", "--type=merge", "-p", broken);
    await waitFor("an Event", async () =>
      assert.ok((await eventsOf(lab, "dns-system", "gone-example")).some((event) => /ServedOutOfDate/.test(event))),
    );
    for (const at of both) {
      assert.equal((await ask(at, "gone.example", "MX")).answer.length, 1);
    }
    await lab.addZone("gone.example");
  });

  test("when the leader ends the other one goes on answering, and leads", async () => {
    await lab.targets.set({ name: "over.edge.test", type: "A", ttl: 5, data: ["11.7.3.1"] });
    await lab.addZone("over.example");
    await lab.apply(aliasManifest({ name: "over", hostnames: ["over.example"], targets: ["over.edge.test"] }));
    await responderGives(following, "over.example", ["11.7.3.1"]);
    await lab.controller.stop();
    await lab.targets.set({ name: "over.edge.test", type: "A", ttl: 5, data: ["11.7.3.2"] });
    await responderGives(following, "over.example", ["11.7.3.2"]);
    await waitFor("the next leader", () => assert.match(follower.output(), /"leading"/), { withinMs: 30_000 });
    await responderGives(following, "over.example", ["11.7.3.2"]);
    await lab.controller.start();
  });
});

/**
 * Flags of a dig with an address of its own. dig binds with SO_REUSEADDR, so that the kernel may give one port to two of them: with one
 * address both answers reach the same dig, and the other one waits in vain. Measured: in 3 of 60 runs with 40 at once.
 */
function clientFrom(address: string): readonly string[] {
  return ["-b", address];
}

function argsFor(port: number): readonly string[] {
  return ["--responder", `--responder-listen=127.0.0.1:${port}`];
}

async function lookUpsOf({ opsUrl }: ControllerProcess): Promise<number> {
  return metricOf(opsUrl, "dnsalias_lookup_duration_seconds_count");
}

async function serialOf(at: DnsEndpoint, name: string): Promise<number> {
  const [soa] = (await ask(at, name, "SOA")).answer;
  return Number(soa?.data.split(" ")[2]);
}
