import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FINALIZER } from "../../src/api/meta.ts";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { memberAt } from "../lab/kube-requests.ts";
import { aliasManifest, baseZoneText } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { answerData, dig } from "../support/dig.ts";
import { aliasShows, readZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const DELETE = { deletionPolicy: "Delete" };

/** Servers: kube-apiserver, CoreDNS by zoneFile. */
describe("a DnsZone with deletionPolicy: Delete", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;

  before(async () => {
    lab = await startClusterLab();
  });
  after(() => lab[Symbol.asyncDispose]());

  test("is there until its records are withdrawn, although these are all records of the zone", async () => {
    const names = await published("gone.example");
    await lab.kubectl("delete", "dnszone", "gone-example", "-n", "dns-system", "--timeout=60s");
    for (const name of names) {
      await waitFor(`${name} to be withdrawn`, async () => assert.deepEqual(await addresses(name), []));
    }
    assert.deepEqual(answerData(await dig(lab.dns, "gone.example", "MX"), "MX"), ["10 mail.gone.example."]);
    await aliasShows(lab, "web/gone-example", "Accepted", /^False NoZone/);
  });

  test("keeps its records when its CustomResourceDefinition is deleted, and doesn't keep the definition", async () => {
    const [name = ""] = await published("kept.example");
    await lab.kubectl("delete", "crd", "dnszones.dnsalias.io", "--timeout=60s");
    await delay(5_000);
    assert.deepEqual(await addresses(name), ["11.1.1.1"]);
  });

  async function published(domain: string): Promise<readonly string[]> {
    const name = domain.replaceAll(".", "-");
    const hostnames = Array.from({ length: 12 }, (_, index) => `n${index}.${domain}`);
    await lab.addZone(domain, { base: baseZoneText(domain), spec: DELETE });
    await lab.apply(aliasManifest({ name, hostnames, targets: [["11.1.1.1"]] }));
    for (const hostname of hostnames) {
      await addressesBecome(lab.dns, hostname, "A", ["11.1.1.1"]);
    }
    await waitFor("the finalizer", async () => {
      const { json } = await readZone(lab, `dns-system/${name}`);
      assert.deepEqual(memberAt(json, "metadata", "finalizers"), [FINALIZER]);
    });
    return hostnames;
  }

  async function addresses(name: string): Promise<readonly string[]> {
    return answerData(await dig(lab.dns, name, "A"), "A");
  }
});
