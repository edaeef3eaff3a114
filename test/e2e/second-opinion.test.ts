import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { type ClusterLab, startClusterLab } from "../lab/cluster-lab.ts";
import type { ControllerProcess } from "../lab/controller-process.ts";
import { memberAt, textAt } from "../lab/kube-requests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { type ChoosyTarget, startChoosyTarget } from "../support/choosy-target.ts";
import { skipWithout } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import { endChecked } from "./checked-zones.ts";
import { scrape } from "./metrics-page.ts";
import { aliasShows, eventsOf, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "voted.example";
const MAIN = "127.3.0.1";
const SECOND = "127.3.0.2";
const ARGS = ["--health-checks", "--health-check-allow=127.3.0.0/16"];
const VOTES = "/api/v1/namespaces/dns-system/configmaps/dnsalias-votes";

/** P12d: both replicas have to fail to reach a target before its name switches. */
describe("two replicas that vote on failed checks", { skip: REAL_SERVERS || skipWithout("dig") }, () => {
  const started = new AsyncDisposableStack();
  let lab: ClusterLab;
  let peer: ControllerProcess;
  let main: ChoosyTarget;

  before(async () => {
    const port = await freePort();
    const processes = (): readonly number[] => [lab.controller.pid(), peer.pid()];
    main = started.use(await startChoosyTarget({ address: MAIN, port }, processes));
    started.use(await startChoosyTarget({ address: SECOND, port }, processes));
    lab = await startClusterLab({ audit: true, controllerArgs: ARGS });
    started.defer(() => endChecked(lab));
    peer = started.use(await lab.startSecondController(ARGS));
    await lab.addZone(DOMAIN);
    await lab.apply(aliasManifest(port));
    await addressesBecome(lab.dns, DOMAIN, "A", [MAIN]);
    await aliasShows(lab, "web/voted", "Healthy", /^True AllHealthy/);
    await waitFor("both replicas to be registered", async () => assert.equal((await voters()).length, 2));
  });
  after(() => started.disposeAsync());

  test("while all is well, only the leader checks, and nobody writes votes", async () => {
    const writes = await voteWrites();
    await delay(15_000);
    assert.equal(await voteWrites(), writes);
    assert.equal(main.connections.get(peer.pid()), undefined);
    assert.ok((main.connections.get(lab.controller.pid()) ?? 0) >= 2);
  });

  test("if the leader can't reach the target and the other can, nothing switches, and the status says Disputed", async () => {
    await using sampler = startSampler(lab.dns, [{ name: DOMAIN, family: "A" }]);
    main.refused.add(lab.controller.pid());
    const shown = await aliasShows(lab, "web/voted", "Healthy", /^Unknown Disputed/, { withinMs: 40_000 });
    assert.match(shown.condition("Healthy"), new RegExp(`Another replica reaches ${MAIN} of target main`));
    // Two more failures, each with a question.
    await delay(12_000);
    assert.deepEqual([...new Set(sampler.samples.map(({ answer }) => String(answer)))], [MAIN]);
    const events = await eventsOf(lab, "web", "voted");
    assert.equal(events.filter((event) => event.startsWith("Warning HealthDisputed: ")).length, 1, events.join("\n"));
    assert.ok((main.connections.get(peer.pid()) ?? 0) >= 2, "it is asked again after each failure");
    const page = await scrape(lab.controller.opsUrl);
    assert.equal(page.value("dnsalias_health_disputed"), 1);
    const votes = page.value('dnsalias_health_votes_total{said="up"}');
    const checks = main.connections.get(peer.pid()) ?? 0;
    // Each vote of the other replica is a check of its own. The last one may not have been counted yet.
    assert.ok(votes >= 2 && votes <= checks && votes >= checks - 1, `${votes} votes, and ${checks} checks`);
    assert.equal(page.value("dnsalias_health_votes_total"), votes);
  });

  test("if neither reaches it, the name switches within the bound, and returns when both reach it", async () => {
    main.refused.clear();
    await aliasShows(lab, "web/voted", "Healthy", /^True AllHealthy/, { withinMs: 30_000 });
    await switchesWithinBound();
    main.isDown = false;
    // Until fewer than 5 of its last 20 checks have failed.
    await addressesBecome(lab.dns, DOMAIN, "A", [MAIN], 150_000);
    await aliasShows(lab, "web/voted", "Healthy", /^True AllHealthy/, { withinMs: 30_000 });
  });

  test("if the other replica is killed while it is asked, the name switches within the bound", async () => {
    const killed = peer.pid();
    const killing = waitFor(
      "a question",
      async () => {
        const data = memberAt(await lab.requests.get(VOTES), "data") ?? {};
        assert.match(JSON.stringify(data), /\\"questions\\":\[\{/);
        process.kill(killed, "SIGKILL");
      },
      { withinMs: 40_000, everyMs: 20 },
    );
    await switchesWithinBound();
    await killing;
    await waitFor("the key of the killed replica to go", async () => assert.equal((await voters()).length, 1));
    assert.equal(peer.isRunning(), false);
  });

  /** All replicas lose the target. The last old answer comes within the bound of the status from the last success. */
  async function switchesWithinBound(): Promise<void> {
    const alias = await readAlias(lab, "web/voted");
    const boundMs = parseDuration(textAt(alias.json, "status", "switchBound")) ?? 0;
    assert.ok(boundMs > 0, "the status has a bound");
    await using sampler = startSampler(lab.dns, [{ name: DOMAIN, family: "A" }]);
    const downAt = performance.now();
    main.isDown = true;
    await addressesBecome(lab.dns, DOMAIN, "A", [SECOND], boundMs);
    const tookMs = performance.now() - downAt;
    assert.ok(tookMs < boundMs, `${tookMs} ms of ${boundMs} ms`);
    assert.deepEqual(sampler.blanks(), []);
  }

  async function voters(): Promise<readonly string[]> {
    return Object.keys(memberAt(await lab.requests.get(VOTES), "data") ?? {});
  }

  async function voteWrites(): Promise<number> {
    const events = await lab.api.auditEvents();
    return events.filter(
      ({ resource, name, verb }) => resource === "configmaps" && name === "dnsalias-votes" && verb === "patch",
    ).length;
  }
});

function aliasManifest(port: number): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "voted", namespace: "web" },
    spec: {
      hostnames: [DOMAIN],
      selection: "Failover",
      failback: { after: "0s" },
      targets: [
        { name: "main", addresses: [MAIN] },
        { name: "second", addresses: [SECOND] },
      ],
      healthCheck: { httpGet: { scheme: "HTTP", port }, period: "5s", timeout: "1s" },
    },
  });
}
