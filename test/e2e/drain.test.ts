import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "drain.example";
const MAIN = ["11.50.0.1", "2001:db8:50::1"];
const SECOND = ["11.50.0.2", "2001:db8:50::2"];
const HOUR = 3_600_000;

function at(ms: number): string {
  return `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
}

/** An alias that fails over from `main` to `second`, both with static addresses and without a health check. */
function failover(name: string, spec: object = {}): string {
  const targets = [
    { name: "main", addresses: MAIN },
    { name: "second", addresses: SECOND },
  ];
  return aliasManifest({
    name,
    hostnames: [`${name}.${DOMAIN}`],
    targets: [],
    spec: { selection: "Failover", targets, failback: { after: "0s" }, ttl: { max: 5 }, allowPrivate: true, ...spec },
  });
}

/** With a kube-apiserver, and CoreDNS by zoneFile, queried every 100 ms. */
describe("annotations steer an alias", { skip: REAL_SERVERS }, () => {
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
  const started = async (name: string, spec: object = {}): Promise<void> => {
    await lab.apply(stream(failover(name, spec)));
    await aliasShows(lab, `web/${name}`, "Ready", /^True/);
    await serves(name, MAIN);
  };

  test("a drain moves both families without a gap, also over a restart, and the name returns when it goes", async (t) => {
    await started("shop");
    await using sampler = startSampler(
      lab.dns,
      (["A", "AAAA"] as const).map((family) => ({ name: `shop.${DOMAIN}`, family })),
      100,
    );
    const end = at(HOUR);
    const drainedAt = performance.now();
    await annotate("shop", `dnsalias.io/drain=main until ${end}`);
    await serves("shop", SECOND);
    t.diagnostic(`the standby is served ${Math.round(performance.now() - drainedAt)} ms after the annotation`);
    await aliasShows(
      lab,
      "web/shop",
      "Healthy",
      new RegExp(
        `^False Drained: By annotation, dnsalias drains target main until ${end}. Target second is selected.$`,
      ),
    );
    assert.match((await readAlias(lab, "web/shop")).condition("Ready"), /^True/);
    await lab.controller.kill();
    await lab.controller.start();
    await annotate("shop", "dnsalias.io/drain-");
    await serves("shop", MAIN);
    await aliasShows(lab, "web/shop", "Healthy", /^True AllHealthy/);
    assert.deepEqual(sampler.blanks(), []);
    const events = await lab.kubectl("get", "events", "-n", "web", "-o", "jsonpath={.items[*].message}");
    assert.ok(events.includes(`Target main is drained until ${end}.`), events);
    assert.ok(events.includes(`Switched from main to second: main is drained until ${end}.`), events);
  });

  test("a drain ends by itself", async () => {
    await started("timed");
    await annotate("timed", `dnsalias.io/drain=main until ${at(20_000)}`);
    await serves("timed", SECOND);
    await serves("timed", MAIN);
    await waitFor("the Event", async () => {
      const events = await lab.kubectl("get", "events", "-n", "web", "-o", "jsonpath={.items[*].message}");
      assert.ok(events.includes("The drain of target main has ended."), events);
    });
  });

  test("a mistake changes nothing, and the Event has a value that works", async () => {
    await started("typo");
    await annotate("typo", `dnsalias.io/drain=mian until ${at(HOUR)}`);
    await waitFor("the Event", async () => {
      const events = await lab.kubectl(
        "get",
        "events",
        "-n",
        "web",
        "--field-selector=reason=BadAnnotation,involvedObject.name=typo",
        "-o",
        "jsonpath={.items[*].message}",
      );
      assert.equal(events, "dnsalias.io/drain names mian, which is not a target. Use main or second.");
    });
    await serves("typo", MAIN);
  });
});
