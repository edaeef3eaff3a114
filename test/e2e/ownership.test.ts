import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneManifest, baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dig } from "../support/dig.ts";
import { endChecked } from "./checked-zones.ts";
import { aliasShows, eventsOf, renderedZone, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome, answersBeside } from "./served.ts";

describe("who owns which record", { skip: REAL_SERVERS, concurrency: true }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab({
      targets: [
        { name: "one.lb.test", type: "A", ttl: 5, data: ["11.4.0.1"] },
        { name: "two.lb.test", type: "A", ttl: 5, data: ["11.4.0.2"] },
      ],
    });
  });
  after(() => endChecked(lab));

  test("of two namespaces the older alias has the name, the other is told who; it takes over when the winner is deleted, with no gap", async () => {
    await lab.addZone("conflict.example");
    const hostnames = ["conflict.example"];
    await lab.apply(aliasManifest({ name: "older", namespace: "web", hostnames, targets: ["one.lb.test"] }));
    await aliasShows(lab, "web/older", "Ready", /^True/);
    await delay(1100); // creationTimestamp has whole seconds
    const own = ["conflict.example", "only.conflict.example"];
    await lab.apply(aliasManifest({ name: "newer", namespace: "shop", hostnames: own, targets: ["two.lb.test"] }));
    const loser = await aliasShows(lab, "shop/newer", "Accepted", /^False HostnameConflict: .*web\/older/);
    assert.match(loser.condition("Ready"), /^False HostnameConflict/);
    await addressesBecome(lab.dns, "only.conflict.example", "A", ["11.4.0.2"]);
    await addressesBecome(lab.dns, "conflict.example", "A", ["11.4.0.1"]);
    assert.match((await aliasShows(lab, "web/older", "Ready", /^True/)).condition("Accepted"), /^True/);

    await using sampler = startSampler(lab.dns, [{ name: "conflict.example", family: "A" }]);
    await lab.kubectl("delete", "dnsalias", "older", "-n", "web", "--timeout=30s");
    await addressesBecome(lab.dns, "conflict.example", "A", ["11.4.0.2"]);
    await aliasShows(lab, "shop/newer", "Ready", /^True/);
    assert.deepEqual(sampler.blanks(), []);
  });

  test("two aliases of one namespace share a name; each deletion takes its own part away, and nothing of anyone else", async () => {
    await lab.addZone("shared.example");
    const hostnames = ["shared.example"];
    await lab.apply(
      aliasManifest({ name: "shared-one", hostnames, targets: ["one.lb.test"] }),
      aliasManifest({ name: "shared-two", hostnames: [...hostnames, "more.shared.example"], targets: ["two.lb.test"] }),
    );
    await addressesBecome(lab.dns, "shared.example", "A", ["11.4.0.1", "11.4.0.2"]);
    const beside = await answersBeside(lab.dns, "shared.example");
    await lab.kubectl("delete", "dnsalias", "shared-one", "-n", "web", "--timeout=30s");
    await addressesBecome(lab.dns, "shared.example", "A", ["11.4.0.2"]);
    await lab.kubectl("delete", "dnsalias", "shared-two", "-n", "web", "--timeout=30s");
    await addressesBecome(lab.dns, "shared.example", "A", []);
    assert.equal((await dig(lab.dns, "more.shared.example")).status, "NXDOMAIN");
    assert.deepEqual(await answersBeside(lab.dns, "shared.example"), beside);
    assert.deepEqual((await dig(lab.dns, "www.shared.example")).answer.length, 1, "the team's own record");
  });

  test("a foreign edit of the rendered key is put right, counted and told in an Event", async () => {
    await lab.addZone("edited.example");
    await lab.apply(aliasManifest({ name: "edited", hostnames: ["edited.example"], targets: ["one.lb.test"] }));
    await aliasShows(lab, "web/edited", "Ready", /^True/);
    const { configMap, text, records } = await renderedZone(lab, "edited.example");
    const foreign = text.replaceAll("11.4.0.1", "11.66.66.66");
    assert.notEqual(foreign, text);
    const patch = JSON.stringify({ data: { "edited.example.zone": foreign } });
    await lab.kubectl("patch", "configmap", configMap, "-n", "dns-system", "--type=merge", `-p=${patch}`);
    await waitFor("the repair", async () =>
      assert.deepEqual((await renderedZone(lab, "edited.example")).records, records),
    );
    await addressesBecome(lab.dns, "edited.example", "A", ["11.4.0.1"]);
    await waitFor("the Event", async () => {
      const events = await eventsOf(lab, "dns-system", "edited-example");
      assert.ok(
        events.some((event) => event.startsWith("Warning DriftRepaired")),
        events.join("\n"),
      );
    });
  });

  test("a deleted ConfigMap is written again with the same records", async () => {
    await lab.addZone("gone.example");
    await lab.apply(aliasManifest({ name: "gone", hostnames: ["gone.example"], targets: ["one.lb.test"] }));
    await aliasShows(lab, "web/gone", "Ready", /^True/);
    const { configMap, records, serial } = await renderedZone(lab, "gone.example");
    await lab.kubectl("delete", "configmap", configMap, "-n", "dns-system");
    const again = await waitFor("the zone", () => renderedZone(lab, "gone.example"));
    assert.deepEqual(again.records, records);
    assert.ok(again.serial > serial, `${again.serial} after ${serial}`);
  });

  test("an address of the team's own at the name is left alone, and the alias says what to do", async () => {
    await lab.addZone("foreign.example", { base: `${baseZoneText("foreign.example")}@ IN A 11.55.0.1\n` });
    await lab.apply(aliasManifest({ name: "foreign", hostnames: ["foreign.example"], targets: ["one.lb.test"] }));
    const alias = await aliasShows(lab, "web/foreign", "Programmed", /^False ForeignRecord/);
    assert.match(alias.condition("Programmed"), /A records of foreign\.example .*Remove it there/);
    await addressesBecome(lab.dns, "foreign.example", "A", ["11.55.0.1"]);
    await lab.apply(baseZoneManifest("foreign.example"));
    await addressesBecome(lab.dns, "foreign.example", "A", ["11.4.0.1"]);
    await aliasShows(lab, "web/foreign", "Ready", /^True/);
  });

  test("a change of the base zone is taken up, and our records stay", async () => {
    await lab.addZone("based.example");
    await lab.apply(aliasManifest({ name: "based", hostnames: ["based.example"], targets: ["one.lb.test"] }));
    await addressesBecome(lab.dns, "based.example", "A", ["11.4.0.1"]);
    const before = await renderedZone(lab, "based.example");
    await lab.apply(baseZoneManifest("based.example", `${baseZoneText("based.example")}new IN A 11.55.0.2\n`));
    await addressesBecome(lab.dns, "new.based.example", "A", ["11.55.0.2"]);
    await addressesBecome(lab.dns, "based.example", "A", ["11.4.0.1"]);
    assert.ok((await renderedZone(lab, "based.example")).serial > before.serial);
  });

  test("two DnsZones for one ConfigMap key: the older has it, the other says ZoneConflict", async () => {
    await lab.addZone("twin.example");
    await zoneShows(lab, "dns-system/twin-example", "Ready", /^True/);
    await delay(1100);
    const twin = (await lab.kubectl("get", "dnszone", "twin-example", "-n", "dns-system", "-o", "json")).replaceAll(
      '"name": "twin-example"',
      '"name": "twin-again"',
    );
    await lab.apply(twin);
    await zoneShows(lab, "dns-system/twin-again", "Ready", /^False ZoneConflict: .*twin-example/);
    await zoneShows(lab, "dns-system/twin-example", "Ready", /^True/);
  });
});
