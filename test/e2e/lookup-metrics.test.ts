import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer, type NameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { scrape, type MetricsPage } from "./metrics-page.ts";
import { inlineZone, responderGives, startResponderLab, type ResponderLab } from "./responder-lab.ts";

const DOMAIN = "looked.example";
/** Of the targets, so that each key is looked up about every 5 s. */
const TTL_S = 2;
const SLOW_MS = 300;
const SLACK_S = 0.3;

/** P18: what a name server has seen of the lookups, and Linux of the process, is what the metrics show. */
describe("P18: the metrics of lookups and of the process", { skip: skipWithout("dig") }, () => {
  const started = new AsyncDisposableStack();
  let authority: NameServer;
  let lab: ResponderLab;
  let lastQueryAt = 0;
  const startedAt = Date.now() / 1000;

  before(async () => {
    authority = started.use(
      await startNameServer({
        zones: {
          "lb.test": [`both ${TTL_S} A 11.8.3.1`, `both ${TTL_S} AAAA 2a01:db8:83::1`, `four ${TTL_S} A 11.8.3.2`],
        },
        onQuestion: () => (lastQueryAt = performance.now()),
      }),
    );
    lab = started.use(
      await startResponderLab({
        resolvers: [authority],
        manifests: [
          inlineZone(DOMAIN),
          ...["both", "four", "never"].map((name) =>
            aliasManifest({ name, hostnames: [`${name}.${DOMAIN}`], targets: [`${name}.lb.test`] }),
          ),
        ],
      }),
    );
    await responderGives(lab.dns, `four.${DOMAIN}`, ["11.8.3.2"]);
  });
  after(() => started.disposeAsync());

  test("lookups by outcome and their durations are those of a slow name server", async () => {
    await waitFor("the states", async () => assert.deepEqual(await states(), { ...NONE, good: 3, empty: 3 }));
    authority.fault({ kind: "delay", ms: SLOW_MS });
    const { page: from, queries } = await atRest();
    await delay(12_000);
    const { page: to, queries: queriesThen } = await atRest();
    authority.heal();
    const grown = (series: string): number => to.value(series) - from.value(series);
    const of = (name: string): number => (queriesThen.get(name) ?? 0) - (queries.get(name) ?? 0);
    const outcome = {
      'dnsalias_lookups_total{outcome="positive"}':
        of("both.lb.test. A") + of("both.lb.test. AAAA") + of("four.lb.test. A"),
      'dnsalias_lookups_total{outcome="nodata"}': of("four.lb.test. AAAA"),
      'dnsalias_lookups_total{outcome="nxdomain"}': of("never.lb.test. A") + of("never.lb.test. AAAA"),
    };
    const lookups = Object.values(outcome).reduce((sum, count) => sum + count, 0);
    assert.ok(lookups >= 6, `${lookups} lookups`);
    assert.deepEqual(Object.fromEntries(Object.keys(outcome).map((series) => [series, grown(series)])), outcome);
    assert.equal(grown("dnsalias_lookups_total"), lookups);
    assert.equal(grown("dnsalias_lookup_duration_seconds_count"), lookups);
    const seconds = grown("dnsalias_lookup_duration_seconds_sum");
    const least = (lookups * SLOW_MS) / 1000;
    assert.ok(seconds >= least && seconds <= least + lookups * SLACK_S, `${seconds} s for ${lookups} lookups`);
  });

  test("lookups that fail leave held and failing answers, and are counted by reason", async () => {
    const from = await scrape(lab.opsUrl);
    authority.fault({ kind: "servfail" });
    // Three have last known good addresses; the others had none before.
    await waitFor("the states", async () => assert.deepEqual(await states(), { ...NONE, held: 3, failing: 3 }), {
      withinMs: 90_000,
    });
    const to = await scrape(lab.opsUrl);
    const failures = 'dnsalias_lookups_total{outcome="failure:servfail"}';
    assert.ok(to.value(failures) - from.value(failures) >= 6);
    authority.heal();
    await waitFor("the states", async () => assert.deepEqual(await states(), { ...NONE, good: 3, empty: 3 }), {
      withinMs: 90_000,
    });
  });

  test("lookups that have no result after a pause of the process are overdue, until each has one", async () => {
    assert.equal((await scrape(lab.opsUrl)).value("dnsalias_lookups_overdue"), 0);
    authority.fault({ kind: "delay", ms: 1_500 });
    // The refresh wait of 11 s, and the grace of 10 s, from docs/concepts/freshness.md.
    await pause(24_000);
    await waitFor(
      "overdue lookups",
      async () => assert.equal((await scrape(lab.opsUrl)).value("dnsalias_lookups_overdue"), SOON_DUE),
      { withinMs: 1_200, everyMs: 20 },
    );
    authority.heal();
    await waitFor("their results", async () =>
      assert.equal((await scrape(lab.opsUrl)).value("dnsalias_lookups_overdue"), 0),
    );
  });

  test(
    "the version, and the memory, files, and processor time of the process are what Linux and package.json have",
    {
      skip: process.platform === "linux" ? false : "reads /proc",
    },
    async () => {
      const { version } = JSON.parse(readFileSync("package.json", "utf8"));
      const { pid } = lab.process;
      const page = await scrape(lab.opsUrl);
      assert.equal(page.value(`dnsalias_build_info{version="${version}",node="${process.version}"}`), 1);
      assert.equal(page.value("dnsalias_build_info"), 1);
      assert.equal(page.value(`nodejs_version_info{version="${process.version}"}`), 1);
      const status = statusOf(pid);
      near(page, "process_resident_memory_bytes", status("VmRSS") * 1024, 0.2);
      near(page, "process_virtual_memory_bytes", status("VmSize") * 1024, 0.2);
      near(page, "process_heap_bytes", status("VmData") * 1024, 0.2);
      near(page, "process_open_fds", readdirSync(`/proc/${pid}/fd`).length, 0.2);
      const [, limit] = /^Max open files +(\d+) /m.exec(readFileSync(`/proc/${pid}/limits`, "utf8")) ?? [];
      assert.equal(page.value("process_max_fds"), Number(limit));
      const startedS = page.value("process_start_time_seconds");
      assert.ok(
        startedS >= startedAt - 1 && startedS <= startedAt + 30,
        `${startedS}, and the test began at ${startedAt}`,
      );
    },
  );

  test(
    "the processor time in both modes grows by what Linux has counted meanwhile",
    {
      skip: process.platform === "linux" ? false : "reads /proc",
    },
    async () => {
      const { pid } = lab.process;
      const from = await scrape(lab.opsUrl);
      const before = cpuTimes(pid);
      for (let count = 0; count < 300; count += 1) {
        await scrape(lab.opsUrl);
      }
      const used = cpuTimes(pid);
      const to = await scrape(lab.opsUrl);
      assert.ok(used.user - before.user > 0.2, "the scrapes use time");
      const grown = (series: string): number => to.value(series) - from.value(series);
      for (const mode of ["user", "system"] as const) {
        const [seconds, wanted] = [grown(`process_cpu_${mode}_seconds_total`), used[mode] - before[mode]];
        assert.ok(Math.abs(seconds - wanted) < 0.1 + 0.2 * wanted, `${mode}: ${seconds} s, and Linux has ${wanted} s`);
      }
      const sum = grown("process_cpu_user_seconds_total") + grown("process_cpu_system_seconds_total");
      assert.ok(Math.abs(grown("process_cpu_seconds_total") - sum) < 0.01);
    },
  );

  test("a pause of the process is the longest stall of its event loop", async () => {
    const PAUSE_MS = 2_000;
    // The timer that measures it, which a scrape resets, has to have its turn before the pause and after it.
    await scrape(lab.opsUrl);
    await delay(200);
    await pause(PAUSE_MS);
    await delay(200);
    const longest = (await scrape(lab.opsUrl)).value("nodejs_eventloop_lag_max_seconds");
    assert.ok(longest >= (0.9 * PAUSE_MS) / 1000 && longest <= PAUSE_MS / 1000 + 1, `${longest} s`);
    await delay(1_000);
    const then = (await scrape(lab.opsUrl)).value("nodejs_eventloop_lag_max_seconds");
    assert.ok(then < PAUSE_MS / 2_000, `${then} s since the last scrape`);
  });

  async function pause(ms: number): Promise<void> {
    process.kill(lab.process.pid, "SIGSTOP");
    await delay(ms);
    process.kill(lab.process.pid, "SIGCONT");
  }

  async function states(): Promise<Readonly<Record<string, number>>> {
    const page = await scrape(lab.opsUrl);
    return Object.fromEntries(
      Object.keys(NONE).map((state) => [state, page.value(`dnsalias_answers{state="${state}"}`)]),
    );
  }

  /** A page of a moment at which no lookup is in progress, and the queries that the name server got until then. */
  async function atRest(): Promise<{ readonly page: MetricsPage; readonly queries: ReadonlyMap<string, number> }> {
    return waitFor(
      "a moment without lookups",
      async () => {
        assert.ok(performance.now() - lastQueryAt > SLOW_MS + 100);
        const page = await scrape(lab.opsUrl);
        assert.ok(performance.now() - lastQueryAt > SLOW_MS + 100);
        return { page, queries: authority.questions() };
      },
      { withinMs: 30_000, everyMs: 20 },
    );
  }
});

/** The keys with addresses. Those without have the negative TTL of the zone, which is a minute. */
const SOON_DUE = 3;
const NONE = { good: 0, held: 0, failing: 0, empty: 0, unknown: 0 };

function near(page: MetricsPage, series: string, wanted: number, share: number): void {
  const value = page.value(series);
  assert.ok(Math.abs(value - wanted) <= share * wanted, `${series}: ${value}, and Linux has ${wanted}`);
}

function statusOf(pid: number): (field: string) => number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** utime and stime of proc(5), in hundredths of a second. */
function cpuTimes(pid: number): { readonly user: number; readonly system: number } {
  const [, fields = ""] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  const [user = Number.NaN, system = Number.NaN] = fields.split(" ").slice(11, 13).map(Number);
  return { user: user / 100, system: system / 100 };
}
