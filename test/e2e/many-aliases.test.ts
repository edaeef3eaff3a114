import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab } from "../lab/cluster-lab.ts";
import type { KubeRequests } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dnsClient } from "./dns-client.ts";
import { aliasShows, readAlias, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";

const COUNT = 1_000;
const WATCHED_MS = 20_000;

describe("1,000 aliases on one target", { skip: REAL_SERVERS }, () => {
  test("P13: one look-up stream a type; one change of the target updates all within the bound", async () => {
    await using server = await startNameServer({
      zones: { "p13.test": ["www 5 A 11.12.0.1", "www 5 AAAA 2a01:db8:12::1"] },
    });
    await using lab = await startClusterLab({ audit: true });
    await lab.addZone("p13.example", { spec: { resolvers: [{ address: server.host, port: server.port }] } });
    const numbers = Array.from({ length: COUNT }, (_, index) => index);
    const aliases = numbers
      .values()
      .map((index) =>
        aliasManifest({ name: `n${index}`, hostnames: [`n${index}.p13.example`], targets: ["www.p13.test"] }),
      );
    // kubectl holds itself to few requests a second.
    const path = "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases";
    await Promise.all(Array.from({ length: 16 }, () => createAll(lab.requests, path, aliases)));

    const client = dnsClient(lab.dns);
    const allShow = async (address: string): Promise<void> => {
      for (const index of numbers) {
        assert.deepEqual(await client.addresses(`n${index}.p13.example`, "A"), [address], `n${index}`);
      }
    };
    await waitFor("all to be served", () => allShow("11.12.0.1"), { withinMs: 60_000, everyMs: 500 });
    await Promise.all([0, 500, 999].map((n) => aliasShows(lab, `web/n${n}`, "Ready", /^True/, { withinMs: 60_000 })));
    await waitFor(
      "the last statuses and Events",
      async () => {
        const before = await writes();
        await delay(5_000);
        assert.equal(await writes(), before);
      },
      { withinMs: 90_000 },
    );

    server.resetCounts();
    const writesBefore = await writes();
    await delay(WATCHED_MS);
    // TTL 5 s and 1 s of slack: at most one question in 5 s, for each type, and none for anything else.
    for (const type of ["A", "AAAA"]) {
      const asked = server.asked("www.p13.test", type);
      assert.ok(asked >= 2 && asked <= WATCHED_MS / 5_000 + 1, `${asked} questions for ${type}`);
    }
    assert.equal(server.asked(), server.asked("www.p13.test", "A") + server.asked("www.p13.test", "AAAA"));
    assert.equal((await writes()) - writesBefore, 0, "writes to the apiserver while nothing changes");

    const { boundMs } = await readAlias(lab, "web/n999");
    const serialBefore = (await renderedZone(lab, "p13.example")).serial;
    server.set("www.p13.test", "A", 5, ["11.12.0.2"]);
    await waitFor("all to follow", () => allShow("11.12.0.2"), { withinMs: boundMs, everyMs: 500 });
    assert.ok((await renderedZone(lab, "p13.example")).serial > serialBefore);

    async function writes(): Promise<number> {
      const events = await lab.api.auditEvents();
      return events.filter(
        ({ user, verb, resource }) =>
          user === "system:serviceaccount:dns-system:dnsalias" &&
          ["create", "patch", "update", "delete"].includes(verb) &&
          resource !== "leases",
      ).length;
    }
  });
});

/** Several workers share one iterator. */
async function createAll(requests: KubeRequests, path: string, aliases: Iterable<string>): Promise<void> {
  for (const alias of aliases) {
    await requests.create(path, alias);
  }
}
