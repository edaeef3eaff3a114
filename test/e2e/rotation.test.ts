import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { memberAt } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { endChecked } from "./checked-zones.ts";
import { readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

/** P14: every figure is that of a CDN divided by twelve: 5 s for its minute. */
const STEP_MS = 5_000;

describe("targets that change all the time", { skip: REAL_SERVERS, concurrency: true }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab({ audit: true });
  });
  after(() => endChecked(lab));

  test("P14: a pool that shows another part each time costs no failed look-up, and no write once it is known", async () => {
    await using server = await startNameServer({ zones: { "pool.test": ["www 2 A 11.9.0.1", "www 2 A 11.9.0.2"] } });
    await lab.addZone("pool.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(aliasManifest({ name: "pool", hostnames: ["pool.example"], targets: ["www.pool.test"] }));
    await addressesBecome(lab.dns, "pool.example", "A", ["11.9.0.1", "11.9.0.2"]);
    await using sampler = startSampler(lab.dns, [{ name: "pool.example", family: "A" }]);
    const parts = [
      ["11.9.0.2", "11.9.0.3"],
      ["11.9.0.3", "11.9.0.1"],
      ["11.9.0.1", "11.9.0.2"],
    ];
    let writesWhenKnown = 0;
    for (let step = 0; step < 20; step += 1) {
      server.set("www.pool.test", "A", 2, parts[step % parts.length] ?? []);
      await delay(STEP_MS);
      writesWhenKnown = step === 9 ? await zoneWrites(lab, "pool") : writesWhenKnown;
    }
    const writes = await zoneWrites(lab, "pool");
    assert.deepEqual(sampler.blanks(), []);
    assert.ok(writes - writesWhenKnown <= 1, `${writes - writesWhenKnown} writes in the second half, ${writes} in all`);
    const { json } = await readAlias(lab, "web/pool");
    assert.equal(memberAt(json, "status", "targets", 0, "rotating"), true);
    const served = sampler.samples.at(-1)?.answer;
    assert.ok(Array.isArray(served) && served.every((address) => parts.flat().includes(address)), String(served));
  });

  test("P14: a target that moves on every few seconds is followed with one write a move and no failed look-up", async () => {
    await using server = await startNameServer({ zones: { "moving.test": ["www 2 A 11.9.1.0"] } });
    await lab.addZone("moving.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    await lab.apply(aliasManifest({ name: "moving", hostnames: ["moving.example"], targets: ["www.moving.test"] }));
    await addressesBecome(lab.dns, "moving.example", "A", ["11.9.1.0"]);
    const before = await zoneWrites(lab, "moving");
    await using sampler = startSampler(lab.dns, [{ name: "moving.example", family: "A" }]);
    for (let step = 1; step <= 12; step += 1) {
      server.set("www.moving.test", "A", 2, [`11.9.1.${step}`]);
      await delay(STEP_MS + 1_000);
    }
    await addressesBecome(lab.dns, "moving.example", "A", ["11.9.1.12"]);
    assert.deepEqual(sampler.blanks(), []);
    const writes = (await zoneWrites(lab, "moving")) - before;
    assert.ok(writes <= 13, `${writes} writes for 12 moves`);
  });
});

/** Writes of a zone's rendered ConfigMap. */
async function zoneWrites(lab: ClusterLab, id: string): Promise<number> {
  const events = await lab.api.auditEvents();
  return events.filter(
    ({ verb, resource, name }) =>
      resource === "configmaps" && name === `dnsalias-${id}-example` && ["create", "patch", "update"].includes(verb),
  ).length;
}
