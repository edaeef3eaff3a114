import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import type { ControllerProcess } from "../lab/controller-process.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { AuditEvent } from "../support/kube-audit.ts";
import { scrape, type MetricsPage } from "./metrics-page.ts";
import { aliasShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "audited.example";
const USER = "system:serviceaccount:dns-system:dnsalias";
const METHODS: Readonly<Record<string, string>> = {
  get: "GET",
  list: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
};

/** P18: what the audit log of the API server has of the controller's requests is what the metrics show. */
describe("P18: the metrics of requests to the API server", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab({ audit: true });
    await lab.addZone(DOMAIN);
    await publish(1);
    await aliasShows(lab, "web/audited", "Ready", /^True/);
  });
  after(() => lab[Symbol.asyncDispose]());

  test("requests by method and code are those of the audit log", async () => {
    const from = await atRest();
    for (let step = 2; step <= 5; step += 1) {
      await publish(step);
      await addressesBecome(lab.dns, DOMAIN, "A", [`11.8.4.${step}`]);
    }
    const to = await atRest();
    const wanted = countOf(to.events.slice(from.events.length));
    assert.ok((wanted.get('method="PATCH",code="200"') ?? 0) >= 8, JSON.stringify([...wanted]));
    const shown = new Map(
      seriesOf(to.page)
        .map((labels) => [labels, requests(to.page, labels) - requests(from.page, labels)] as const)
        .filter(([labels, count]) => count !== 0 && !labels.includes('"WATCH"')),
    );
    assert.deepEqual(shown, wanted);
  });

  test("the leader is the holder of the Lease, and no other replica", async () => {
    await using other = await lab.startSecondController();
    await waitFor("the other replica", () => assert.ok(other.isRunning()));
    const holder = (): Promise<string> =>
      lab.kubectl("get", "lease", "dnsalias", "-n", "dns-system", "-o", "jsonpath={.spec.holderIdentity}");
    const first = await holder();
    const leads = async ({ opsUrl }: ControllerProcess): Promise<number> =>
      (await scrape(opsUrl)).value('leader_election_master_status{name="dnsalias"}');
    assert.deepEqual([await leads(lab.controller), await leads(other)], [1, 0]);
    // It can't renew the Lease, and finds the other holder when it wakes.
    process.kill(lab.controller.pid(), "SIGSTOP");
    try {
      await waitFor("another holder", async () => assert.notEqual(await holder(), first), { withinMs: 60_000 });
    } finally {
      process.kill(lab.controller.pid(), "SIGCONT");
    }
    await waitFor("the other replica to lead alone", async () =>
      assert.deepEqual([await leads(lab.controller), await leads(other)], [0, 1]),
    );
    await other.stop();
    await waitFor("the first replica", async () => assert.equal(await leads(lab.controller), 1), { withinMs: 40_000 });
    assert.equal(await holder(), first);
  });

  test("each list and watch that the API server refuses is a restart", async () => {
    await lab.kubectl("delete", "clusterrolebinding", "dnsalias");
    // A watch that is open ends with its server.
    await lab.api.restart();
    await waitFor("refusals", async () => assert.ok(refused(await lab.api.auditEvents(), "dnsaliases") >= 1), {
      withinMs: 30_000,
    });
    const from = await atRest();
    await delay(10_000);
    const to = await atRest();
    for (const resource of ["dnsaliases", "dnszones"]) {
      const wanted = refused(to.events, resource) - refused(from.events, resource);
      assert.ok(wanted >= 1, `${resource} is refused`);
      const series = `dnsalias_list_watch_restarts_total{resource="${resource}"}`;
      assert.equal(to.page.value(series) - from.page.value(series), wanted, resource);
    }
  });

  function publish(step: number): Promise<void> {
    return lab.apply(aliasManifest({ name: "audited", hostnames: [DOMAIN], targets: [[`11.8.4.${step}`]] }));
  }

  /** A page of a moment at which no request is in progress, and the finished requests until then. */
  async function atRest(): Promise<{ readonly page: MetricsPage; readonly events: readonly AuditEvent[] }> {
    const ours = async (): Promise<readonly AuditEvent[]> =>
      (await lab.api.auditEvents()).filter(({ user }) => user === USER);
    return waitFor(
      "a moment without requests",
      async () => {
        const earlier = await ours();
        await delay(400);
        const page = await scrape(lab.controller.opsUrl);
        await delay(400);
        const events = await ours();
        assert.equal(events.length, earlier.length);
        return { page, events };
      },
      { withinMs: 60_000, everyMs: 20 },
    );
  }
});

/** By the labels that the metric has. A watch is in the audit log only when it ends, so that it is not compared. */
function countOf(events: readonly AuditEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { verb, code } of events.filter((event) => event.verb !== "watch")) {
    const labels = `method="${METHODS[verb]}",code="${code}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  return counts;
}

function seriesOf({ text }: MetricsPage): readonly string[] {
  return [...text.matchAll(/^rest_client_requests_total\{(.*)\} /gm)].map(([, labels = ""]) => labels);
}

function requests(page: MetricsPage, labels: string): number {
  return page.value(`rest_client_requests_total{${labels}}`);
}

/** How many lists and watches of a resource had no right. */
function refused(events: readonly AuditEvent[], resource: string): number {
  return events.filter(
    (event) => event.resource === resource && event.code === 403 && ["list", "watch"].includes(event.verb),
  ).length;
}
