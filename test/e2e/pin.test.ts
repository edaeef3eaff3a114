import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, memberAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { run } from "../support/run.ts";
import { dnsClient } from "./dns-client.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { type Sampler, startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "pin.example";
const MAIN = ["11.51.0.1", "2001:db8:51::1"];
const SECOND = ["11.51.0.2", "2001:db8:51::2"];
const LISTED = ["11.51.0.9", "2001:db8:51::9"];
const HOUR = 3_600_000;

function at(ms: number): string {
  return `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
}

/** An alias that fails over from `main` to `second`, both with static addresses and without a health check. */
function failover(name: string, main = MAIN): string {
  const targets = [
    { name: "main", addresses: main },
    { name: "second", addresses: SECOND },
  ];
  return aliasManifest({
    name,
    hostnames: [`${name}.${DOMAIN}`],
    targets: [],
    spec: { selection: "Failover", targets, failback: { after: "0s" }, ttl: { max: 5 }, allowPrivate: true },
  });
}

/** The different answers of a family from a time on, as text. */
function answersSince({ samples }: Sampler, family: "A" | "AAAA", since: number): readonly string[] {
  const later = samples.filter((one) => one.family === family && one.at >= since);
  assert.ok(later.length > 0);
  return [...new Set(later.map(({ answer }) => String(answer)))];
}

/** With a kube-apiserver, and CoreDNS by zoneFile, queried every 100 ms. */
describe("history and pin", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab({ targets: [] });
    await lab.addZone(DOMAIN);
  });
  after(() => lab[Symbol.asyncDispose]());

  const annotate = (name: string, ...annotations: readonly string[]) =>
    lab.kubectl("annotate", "dnsalias", name, "-n", "web", "--overwrite", ...annotations);
  const serves = async (name: string, addresses: readonly string[]): Promise<void> => {
    await addressesBecome(lab.dns, `${name}.${DOMAIN}`, "A", [addresses[0] ?? ""], 60_000);
    await addressesBecome(lab.dns, `${name}.${DOMAIN}`, "AAAA", [addresses[1] ?? ""], 60_000);
  };
  const sample = (name: string): Sampler =>
    startSampler(
      lab.dns,
      (["A", "AAAA"] as const).map((family) => ({ name: `${name}.${DOMAIN}`, family })),
      100,
    );
  const historyBecomes = (name: string, wanted: readonly string[]): Promise<void> =>
    waitFor(`the history of ${name}`, async () => {
      const { json } = await readAlias(lab, `web/${name}`);
      const shown = listAt(json, "status", "history").map(
        (entry) => `${textAt(entry, "revision")} ${listAt(entry, "a").join()} ${textAt(entry, "reason")}`,
      );
      assert.deepEqual(shown, wanted);
    });
  const events = (reason: string, name: string): Promise<string> =>
    lab.kubectl(
      "get",
      "events",
      "-n",
      "web",
      `--field-selector=reason=${reason},involvedObject.name=${name}`,
      "-o",
      "jsonpath={.items[*].message}",
    );
  /** An alias on its standby, with r1 of `main` and r2 of `second`. */
  const failedOver = async (name: string): Promise<void> => {
    await lab.apply(stream(failover(name)));
    await aliasShows(lab, `web/${name}`, "Ready", /^True/);
    await serves(name, MAIN);
    await annotate(name, `dnsalias.io/drain=main until ${at(HOUR)}`);
    await serves(name, SECOND);
    await historyBecomes(name, [`r2 ${SECOND[0]} FailedOver`, `r1 ${MAIN[0]} Initial`]);
  };

  test("a pin during a failover holds over a kill of the controller and a restart of the API server, and its end brings the standby back", async (t) => {
    await failedOver("shop");
    await using sampler = sample("shop");
    const end = at(HOUR);
    const pinnedAt = performance.now();
    await annotate("shop", `dnsalias.io/pin=r1 until ${end}`);
    await serves("shop", MAIN);
    const servedAt = performance.now();
    t.diagnostic(`the pinned addresses are served ${Math.round(servedAt - pinnedAt)} ms after the annotation`);
    await aliasShows(lab, "web/shop", "Programmed", new RegExp(` Pinned to r1 until ${end}, by annotation\\.$`));
    const state = await readAlias(lab, "web/shop");
    assert.match(state.condition("Healthy"), /^False Drained/);
    await waitFor("Ready", async () => assert.match((await readAlias(lab, "web/shop")).condition("Ready"), /^True/));
    await lab.controller.kill();
    await lab.controller.start();
    await lab.api.restart();
    await delay(5_000);
    assert.deepEqual(answersSince(sampler, "A", servedAt), [MAIN[0]]);
    assert.deepEqual(answersSince(sampler, "AAAA", servedAt), [MAIN[1]]);
    await annotate("shop", "dnsalias.io/pin-");
    await serves("shop", SECOND);
    const leftAt = performance.now();
    await historyBecomes("shop", [
      `r4 ${SECOND[0]} Changed`,
      `r3 ${MAIN[0]} Pinned`,
      `r2 ${SECOND[0]} FailedOver`,
      `r1 ${MAIN[0]} Initial`,
    ]);
    await delay(2_000);
    assert.deepEqual(answersSince(sampler, "A", leftAt), [SECOND[0]]);
    assert.deepEqual(sampler.blanks(), []);
    assert.equal(await events("Pinned", "shop"), `Pinned to r1 until ${end}, by annotation.`);
    assert.match(await events("PinEnded", "shop"), /^The pin has ended/);
  });

  test("a pin that ends while no controller runs is over at the next start", async () => {
    await failedOver("timed");
    await using sampler = sample("timed");
    await annotate("timed", `dnsalias.io/pin=${LISTED.join(", ")} until ${at(15_000)}`);
    await serves("timed", LISTED);
    const servedAt = performance.now();
    await lab.controller.kill();
    await delay(16_000);
    assert.deepEqual(answersSince(sampler, "A", servedAt), [LISTED[0]]);
    await lab.controller.start();
    await serves("timed", SECOND);
    const leftAt = performance.now();
    await delay(2_000);
    assert.deepEqual(answersSince(sampler, "A", leftAt), [SECOND[0]]);
    assert.deepEqual(sampler.blanks(), []);
  });

  test("a mistake changes nothing, and the Event has a value that works", async () => {
    await failedOver("typo");
    await annotate("typo", `dnsalias.io/pin=r7 until ${at(HOUR)}`);
    await waitFor("the Event", async () => {
      const wanted = "dnsalias.io/pin names r7, which is not in status.history. Use r1 to r2, or addresses.";
      assert.equal(await events("BadAnnotation", "typo"), wanted);
    });
    await serves("typo", SECOND);
  });

  test("the commands set and remove the annotations, keep those of others, and refuse what would have no effect", async () => {
    await failedOver("command");
    await annotate("command", "example.com/note=kept");
    const command = (...words: readonly string[]) =>
      run(process.execPath, ["src/main.ts", ...words, "--namespace", "web", "--kubeconfig", lab.api.kubeconfig], {
        env: { NO_COLOR: "1" },
      });
    const done = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await command(...words);
      assert.deepEqual([code, stderr], [0, ""], words.join(" "));
      return stdout;
    };
    const pinned = await done("pin", "command", "r1", "--for", "1h");
    assert.match(pinned, /^DnsAlias web\/command: dnsalias\.io\/pin is "r1 until \S+Z"\n$/);
    await serves("command", MAIN);
    await done("unpin", "command");
    await serves("command", SECOND);
    const refused = await command("pin", "command", "r99", "--for", "1h");
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(
      refused.stderr,
      /^dnsalias\.io\/pin names r99, which is not in status\.history\. Use r1 to r4, or addresses\.\n$/,
    );
    assert.match(
      (await command("pin", "nobody", "r1", "--for", "1h")).stderr,
      /^DnsAlias web\/nobody cannot be read: .*not found/,
    );
    const history = (await done("history", "command")).split("\n");
    assert.deepEqual(history.map((line) => line.replace(/\d{4}-\S+Z/, "TIME")).slice(0, 5), [
      "r4  TIME  Changed (second)",
      `  - ${MAIN[0]}`,
      `  - ${MAIN[1]}`,
      `  + ${SECOND[0]}`,
      `  + ${SECOND[1]}`,
    ]);
    await done("force", "command", "second", "--for", "1h");
    await done("drain", "command", "second", "--for", "1h");
    const { json } = await readAlias(lab, "web/command");
    const annotations = memberAt(json, "metadata", "annotations");
    assert.match(textAt(annotations, "dnsalias.io/drain"), /^main until \S+Z, second until \S+Z$/);
    assert.match(textAt(annotations, "dnsalias.io/force"), /^second until \S+Z$/);
    assert.equal(textAt(annotations, "example.com/note"), "kept");
  });

  test("one command rolls back 100 aliases by their label", async (t) => {
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    const all = async (address: string | undefined): Promise<void> => {
      const client = dnsClient(lab.dns);
      await waitFor(
        `all names to be ${address}`,
        async () => {
          const found = await Promise.all(names.map((name) => client.addresses(`${name}.${DOMAIN}`, "A")));
          assert.deepEqual([...new Set(found.flat())], [address]);
        },
        { withinMs: 60_000, everyMs: 250 },
      );
    };
    await lab.apply(stream(...names.map((name) => failover(name))));
    await all(MAIN[0]);
    await lab.kubectl("label", "dnsalias", "-n", "web", ...names, "app=many");
    await lab.apply(stream(...names.map((name) => failover(name, ["11.51.0.66"]))));
    await all("11.51.0.66");
    await historyBecomes("many-99", ["r2 11.51.0.66 Edited", `r1 ${MAIN[0]} Initial`]);
    const startedAt = performance.now();
    const pin = `dnsalias.io/pin=r1 until ${at(HOUR)}`;
    await lab.kubectl("annotate", "dnsalias", "-n", "web", "-l", "app=many", "--overwrite", pin);
    await all(MAIN[0]);
    t.diagnostic(`100 names have their former addresses after ${Math.round(performance.now() - startedAt)} ms`);
  });
});
