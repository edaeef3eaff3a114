import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { seededRandom } from "../support/property.ts";
import { renderedZone } from "./objects.ts";
import { OUTAGE_DOMAIN, startOutageScene, type OutageScene } from "./outage-scene.ts";
import { REAL_SERVERS } from "./real-servers.ts";

/** P16: a controller that dies at any moment leaves no name without addresses, and the next one finishes what it began. */
describe("the controller is killed at random moments", { skip: REAL_SERVERS }, () => {
  let scene: OutageScene;
  before(async () => {
    scene = await startOutageScene();
  });
  after(() => scene[Symbol.asyncDispose]());

  test("while the controller is killed 30 times at random moments and targets, aliases and zone change", async () => {
    const { lab, names } = scene;
    const random = seededRandom();
    // A controller that lives for a second or two at a time follows late, so that staleness doesn't count meanwhile.
    await scene.outage(async () => {
      for (let round = 1; round <= KILLS; round += 1) {
        await scene.changeAll(10 + round);
        const extra = aliasManifest({
          name: `extra${round % 3}`,
          hostnames: [`extra${round % 3}.${OUTAGE_DOMAIN}`],
          targets: [[`11.7.7.${round}`]],
        });
        await lab.apply(extra);
        if (round % 3 === 0) {
          await lab.kubectl(
            "delete",
            "dnsalias",
            `extra${(round + 1) % 3}`,
            "-n",
            "web",
            "--wait=false",
            "--ignore-not-found",
          );
        }
        await delay(Math.floor(random() * 2_500));
        await lab.controller.kill();
        const { records } = await renderedZone(lab, OUTAGE_DOMAIN);
        for (const name of names) {
          assert.ok(
            records.some((record) => record.startsWith(`${name}.\t`) && /\tA\t/.test(record)),
            `kill ${round}: ${name} is gone\n${records.join("\n")}`,
          );
          assert.ok(
            records.some((record) => record.startsWith(`${name}.\t`) && /\tAAAA\t/.test(record)),
            `kill ${round}: ${name} has no AAAA\n${records.join("\n")}`,
          );
        }
        await lab.controller.start();
      }
      await scene.allFollow(10 + KILLS);
    });
    scene.checkAnswers();
    const wanted = await wantedExtras(lab);
    await waitFor(
      "no orphan and nothing missing",
      async () => {
        const { records } = await renderedZone(lab, OUTAGE_DOMAIN);
        assert.deepEqual(
          records.filter((record) => record.startsWith("extra")).map((record) => record.split("\t").at(-1)),
          wanted,
        );
      },
      { withinMs: 60_000 },
    );
  });
});

const KILLS = 30;

/** The static addresses of the aliases that are there and not being deleted, by name. */
async function wantedExtras(lab: ClusterLab): Promise<readonly string[]> {
  const found = listAt(await lab.requests.get("/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases"), "items");
  return found
    .filter((item) => textAt(item, "metadata", "name").startsWith("extra"))
    .filter((item) => textAt(item, "metadata", "deletionTimestamp") === "")
    .map((item) => textAt(item, "spec", "targets", 0, "addresses", 0));
}
