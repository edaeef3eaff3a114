import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { textAt } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { endChecked } from "./checked-zones.ts";
import { aliasShows, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

describe("two controllers", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  let writesAtOnce = { writes: 0, changes: 0 };
  const names = ["two.example", "a.two.example", "b.two.example"];
  before(async () => {
    lab = await startClusterLab({ audit: true, targets: [target(0)] });
    await lab.addZone("two.example");
    await lab.apply(aliasManifest({ name: "two", hostnames: names, targets: ["two.lb.test"] }));
    await aliasShows(lab, "web/two", "Ready", /^True/);
  });
  after(() => endChecked(lab));

  test("a restart writes nothing: the same inputs give the same bytes", async () => {
    const before = await renderedZone(lab, "two.example");
    const writes = await zoneWrites(lab);
    assert.equal(await lab.controller.stop(), "ended with 0");
    await lab.controller.start();
    await delay(8_000);
    assert.equal((await renderedZone(lab, "two.example")).revision, before.revision);
    assert.equal(await zoneWrites(lab), writes);
  });

  test("with a Lease one writes; on SIGTERM the other takes over within the Lease", async () => {
    await using second = await lab.startSecondController();
    await delay(2_000);
    assert.doesNotMatch(second.output(), /"leading"/);
    assert.equal(await lab.controller.stop(), "ended with 0");
    const stoppedAt = performance.now();
    await lab.targets.set(target(100));
    await addressesBecome(lab.dns, "two.example", "A", [address(100)], 30_000);
    assert.match(second.output(), /"leading"/);
    assert.ok(performance.now() - stoppedAt < 20_000);
    await lab.controller.start();
  });

  test("at once for a minute, without a Lease: every version has every name, and the serial rises", async () => {
    const versions = followZone(lab);
    await using sampler = startSampler(
      lab.dns,
      names.map((name) => ({ name, family: "A" as const })),
    );
    const writesBefore = await zoneWrites(lab);
    let changes = 0;
    {
      await using second = await lab.startSecondController(["--no-lease"]);
      const until = performance.now() + 60_000;
      while (performance.now() < until) {
        changes += 1;
        await lab.targets.set(target(changes));
        await delay(7_000);
      }
      await addressesBecome(lab.dns, "two.example", "A", [address(changes)]);
      await delay(8_000);
      assert.equal(second.isRunning(), true);
    }
    versions.end.abort();
    await versions.running;
    assert.deepEqual(sampler.blanks(), []);
    const serials = versions.texts.map((text) => Number(/SOA\s+\S+\s+\S+\s+(\d+)/.exec(text)?.[1]));
    assert.deepEqual(
      serials.filter((serial, index) => index > 0 && serial <= (serials[index - 1] ?? 0)),
      [],
      serials.join(" "),
    );
    for (const text of versions.texts) {
      for (const name of names) {
        assert.match(text, new RegExp(`^${name.replaceAll(".", "\\.")}\\.\\t\\d+\\tIN\\tA\\t`, "m"));
      }
    }
    writesAtOnce = { writes: (await zoneWrites(lab)) - writesBefore, changes };
    await waitFor("both statuses to settle", async () => aliasShows(lab, "web/two", "Ready", /^True/));
  });

  test("at once, they write little more than what changes", () => {
    const { writes, changes } = writesAtOnce;
    assert.ok(writes >= changes - 2 && writes <= 3 * changes, `${writes} writes for ${changes} changes`);
  });
});

function address(step: number): string {
  return `11.5.0.${step + 1}`;
}

function target(step: number) {
  return { name: "two.lb.test", type: "A", ttl: 5, data: [address(step)] } as const;
}

/** Writes of the rendered ConfigMap that took effect. */
async function zoneWrites(lab: ClusterLab): Promise<number> {
  const events = await lab.api.auditEvents();
  return events.filter(
    ({ verb, resource, name, code }) =>
      resource === "configmaps" &&
      name === "dnsalias-two-example" &&
      ["create", "patch", "update"].includes(verb) &&
      code < 300,
  ).length;
}

/** Every version of the rendered zone from now on. */
function followZone(lab: ClusterLab) {
  const texts: string[] = [];
  const end = new AbortController();
  const path = "/api/v1/namespaces/dns-system/configmaps?watch=true&fieldSelector=metadata.name%3Ddnsalias-two-example";
  const running = lab.requests
    .watch(path, (event) => texts.push(textAt(event, "object", "data", "two.example.zone")), end.signal)
    .catch((error: unknown) => {
      if (!end.signal.aborted) {
        throw error;
      }
    });
  return { texts, end, running };
}
