import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import { startPdns, type Pdns } from "../support/pdns.ts";
import { zoneText } from "../support/zone-text.ts";
import { startFolderController } from "./folder-controller.ts";
import { scrape, type MetricsPage } from "./metrics-page.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "budget.example";
const ZONE = 'zone="dns-system/budget"';
/** Another zone at the same server, which shares its limits. */
const OTHER = "other.example";
const OTHER_ZONE = 'zone="dns-system/other"';
const API_KEY = "a-key-for-this-test";
const NAMES = 12;
/** docs/concepts/ownership.md: after five consecutive failures, a pause of 15 s; the spread is 20 %. */
const FAILURES = 5;
const PAUSE_S = [11, 19] as const;

/** P18: what a proxy in front of PowerDNS has seen of the calls is what the metrics show. */
describe("P18: the metrics of the calls to a provider", { skip: skipWithout("pdns_server", "sqlite3", "dig") }, () => {
  const started = new AsyncDisposableStack();
  let pdns: Pdns;
  let proxy: FaultProxy;
  let root = "";
  let opsUrl = "";

  before(async () => {
    pdns = started.use(await startPdns({ zones: { [DOMAIN]: zoneText([]), [OTHER]: zoneText([]) }, apiKey: API_KEY }));
    proxy = started.use(await startFaultProxy({ upstream: pdns.apiUrl }));
    root = await mkdtemp(join(tmpdir(), "dnsalias-provider-metrics-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    await writeFile(
      join(root, "manifests", "zone.yaml"),
      stream(zoneManifest("budget", proxy.url), zoneManifest("other", proxy.url), secretManifest()),
    );
    await publish(1, NAMES);
    const opsPort = await freePort();
    const options = ["--owner-id=me", "--resolver=127.0.0.1:9", "--no-responder"];
    started.use(await startFolderController({ root, opsPort, options }));
    opsUrl = `http://127.0.0.1:${opsPort}`;
    await addressesBecome(pdns, `n${NAMES - 1}.${DOMAIN}`, "A", ["11.8.1.1"]);
  });
  after(() => started.disposeAsync());

  test("writes by result are the calls that the proxy forwarded or failed", async () => {
    const { from, writes } = await atRest();
    await publish(2, NAMES);
    await addressesBecome(pdns, `n0.${DOMAIN}`, "A", ["11.8.1.2"]);
    const { from: to, writes: writesThen } = await atRest();
    assert.equal(grown(from, to, "dnsalias_zone_writes_total", 'result="applied"'), writesThen - writes);
    assert.equal(grown(from, to, "dnsalias_zone_writes_total"), writesThen - writes);
    assert.equal(to.value("dnsalias_provider_deferrals_total"), 0);
  });

  test("while PowerDNS requires a pause, the calls of another zone at it are deferred, and none arrives", async () => {
    const PAUSE_MS = 8_000;
    const { writes } = await atRest();
    proxy.next({ kind: "answer", status: 429, headers: { "retry-after": `${PAUSE_MS / 1000}` } }, "PATCH");
    await publish(3, NAMES);
    await waitFor("the pause", () => assert.ok(writesIn(proxy) > writes), { everyMs: 20 });
    const pausedAt = performance.now();
    const seen = proxy.seen.length;
    await writeFile(
      join(root, "manifests", "other.yaml"),
      aliasManifest({ name: "other", hostnames: [`n0.${OTHER}`], targets: [["11.8.1.3"]] }),
    );
    const deferrals = `dnsalias_provider_deferrals_total{${OTHER_ZONE},why="retry-after"}`;
    await waitFor("a deferral", async () => assert.equal((await scrape(opsUrl)).value(deferrals), 1));
    assert.equal(proxy.seen.length, seen, "a call that is deferred does not arrive");
    await addressesBecome(pdns, `n0.${DOMAIN}`, "A", ["11.8.1.3"], 30_000);
    assert.ok(performance.now() - pausedAt >= PAUSE_MS - 500);
    await addressesBecome(pdns, `n0.${OTHER}`, "A", ["11.8.1.3"], 30_000);
    const page = await scrape(opsUrl);
    assert.deepEqual([page.value(deferrals), page.value("dnsalias_provider_deferrals_total")], [1, 1]);
  });

  test("the circuit breaker is open in the metric while no write arrives, after five that failed", async () => {
    const { from, writes } = await atRest();
    for (let failure = 0; failure < FAILURES; failure += 1) {
      proxy.next({ kind: "answer", status: 503 }, "PATCH");
    }
    await publish(4, NAMES);
    await waitFor("the failures", () => assert.equal(writesIn(proxy) - writes, FAILURES), {
      withinMs: 60_000,
      everyMs: 20,
    });
    const openAt = performance.now();
    await waitFor("the open circuit", async () => assert.equal(await breaker(), 1));
    const open: number[] = [];
    while (writesIn(proxy) - writes === FAILURES) {
      open.push(await breaker());
      await delay(100);
    }
    const openS = (performance.now() - openAt) / 1000;
    assert.ok(openS >= PAUSE_S[0] && openS <= PAUSE_S[1] + 2, `open for ${openS} s`);
    // The last look may be one after the next call.
    assert.deepEqual(new Set(open.slice(0, -1)), new Set([1]));
    await addressesBecome(pdns, `n0.${DOMAIN}`, "A", ["11.8.1.4"]);
    await waitFor("the closed circuit", async () => assert.equal(await breaker(), 0));
    const to = await scrape(opsUrl);
    assert.equal(grown(from, to, "dnsalias_zone_writes_total", 'result="failed"'), FAILURES);
    assert.ok(grown(from, to, "dnsalias_provider_deferrals_total", 'why="open"') >= 1);
  });

  test("a plan that the guard holds is counted until it is approved, and so long the names remain", async () => {
    assert.equal((await scrape(opsUrl)).value("dnsalias_held_plans"), 0);
    await publish(4, 2);
    await waitFor("the held plan", async () => assert.equal((await scrape(opsUrl)).value("dnsalias_held_plans"), 1), {
      withinMs: 30_000,
    });
    await addressesBecome(pdns, `n${NAMES - 1}.${DOMAIN}`, "A", ["11.8.1.4"]);
    const hash = await waitFor("the hash", async () => {
      const text = await readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
      return /"planHash":"([^"]+)"/.exec(text)?.[1] ?? assert.fail("no planHash");
    });
    await writeFile(
      join(root, "manifests", "zone.yaml"),
      stream(zoneManifest("budget", proxy.url, hash), zoneManifest("other", proxy.url), secretManifest()),
    );
    await waitFor(
      "the name to be gone",
      async () => assert.equal((await dig(pdns, `n${NAMES - 1}.${DOMAIN}`)).status, "NXDOMAIN"),
      { withinMs: 30_000 },
    );
    await waitFor("no held plan", async () => assert.equal((await scrape(opsUrl)).value("dnsalias_held_plans"), 0));
  });

  function publish(step: number, names: number): Promise<void> {
    const aliases = Array.from({ length: names }, (_, index) =>
      aliasManifest({ name: `n${index}`, hostnames: [`n${index}.${DOMAIN}`], targets: [[`11.8.1.${step}`]] }),
    );
    return writeFile(join(root, "manifests", "aliases.yaml"), stream(...aliases));
  }

  async function breaker(): Promise<number> {
    return (await scrape(opsUrl)).value(`dnsalias_provider_breaker_open{${ZONE}}`);
  }

  /** A page of a moment at which no call is in progress. */
  async function atRest(): Promise<{ readonly from: MetricsPage; readonly writes: number }> {
    return waitFor("a moment without calls", async () => {
      const seen = proxy.seen.length;
      await delay(2_000);
      const from = await scrape(opsUrl);
      assert.equal(proxy.seen.length, seen);
      return { from, writes: writesIn(proxy) };
    });
  }
});

function writesIn({ seen }: FaultProxy): number {
  return seen.filter(({ method }) => method === "PATCH").length;
}

function grown(from: MetricsPage, to: MetricsPage, name: string, label?: string): number {
  const series = `${name}{${[ZONE, ...(label === undefined ? [] : [label])].join(",")}}`;
  return to.value(series) - from.value(series);
}

function zoneManifest(name: "budget" | "other", url: string, approved?: string): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: {
      name,
      namespace: "dns-system",
      ...(approved !== undefined && { annotations: { "dnsalias.io/approve-plan": approved } }),
    },
    spec: {
      domain: `${name}.example`,
      allowedNamespaces: { from: "All" },
      provider: { powerDNS: { url, apiKeyRef: { name: "pdns", key: "api-key" } } },
    },
  });
}

function secretManifest(): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "pdns", namespace: "dns-system" },
    stringData: { "api-key": API_KEY },
  });
}
