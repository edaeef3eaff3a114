import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { memberAt } from "../../../src/base/json.ts";
import type { VotePort } from "../../../src/controller/ports/votes.ts";
import { CONFIG_MAPS } from "../../../src/kube/client/resource.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { createVoteMap } from "../../../src/kube/votes/vote-map.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, liveDeps, openTransport, readObject, startCluster, until } from "./fixture.ts";

interface Replica {
  readonly port: VotePort;
  /** The last texts of the others. */
  readonly heard: Map<string, string | undefined>;
  stop(): Promise<void>;
}

describe(
  "votes in a ConfigMap of a real API server",
  { skip: skipWithout("kube-apiserver", "etcd", "kubectl") },
  () => {
    let server: KubeApiserver;
    let transport: Transport;
    before(async () => {
      server = await startCluster({ audit: true });
      transport = await openTransport(server.kubeconfig);
    });
    after(async () => {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    const start = (name: string, replica: string, through = transport): Replica => {
      const ending = new AbortController();
      const port = createVoteMap(liveDeps(through), { namespace: "dns-system", name, replica });
      port.publish("at the start", []);
      const heard = new Map<string, string | undefined>();
      const running = port.run((one, text) => heard.set(one, text), ending.signal);
      return {
        port,
        heard,
        async stop() {
          ending.abort();
          await running;
        },
      };
    };
    const dataOf = async (name: string): Promise<Readonly<Record<string, unknown>>> => {
      const data = memberAt(await readObject(transport, CONFIG_MAPS, "dns-system", name), "data");
      return typeof data === "object" && data !== null ? Object.fromEntries(Object.entries(data)) : {};
    };
    const writesTo = async (name: string): Promise<number> =>
      (await server.auditEvents()).filter(
        (event) => event.name === name && event.resource === "configmaps" && event.verb === "patch",
      ).length;

    it("each replica hears the others, from their start to their end", async () => {
      const [a, b] = [start("heard", "a"), start("heard", "b")];
      await until("both to be registered", () => a.heard.has("b") && b.heard.has("a"));
      assert.equal(a.heard.get("b"), "at the start");
      a.port.publish("a question", []);
      await until("the question", () => b.heard.get("a") === "a question");
      b.port.publish("an answer", []);
      await until("the answer", () => a.heard.get("b") === "an answer");
      await b.stop();
      await until("b to be gone", () => a.heard.get("b") === undefined);
      assert.deepEqual(Object.keys(await dataOf("heard")), ["a.vote"]);
      await a.stop();
      assert.deepEqual(await dataOf("heard"), {});
    });

    it("many publications at once are one write, and none comes without a change", async () => {
      const [a, b] = [start("paced", "a"), start("paced", "b")];
      await until("both to be registered", () => a.heard.has("b") && b.heard.has("a"));
      const before = await writesTo("paced");
      for (let id = 1; id <= 50; id += 1) {
        a.port.publish(`text ${id}`, []);
      }
      await until("the last text", () => b.heard.get("a") === "text 50");
      a.port.publish("text 50", []);
      await new Promise((resolve) => {
        setTimeout(resolve, 1_500);
      });
      assert.equal((await writesTo("paced")) - before, 1);
      await a.stop();
      await b.stop();
    });

    it("removes the keys of silent replicas alone, and one that still runs registers again", async () => {
      await kubectlApply(
        server,
        JSON.stringify({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "silent", namespace: "dns-system" },
          data: { "dead.vote": "an old text", "example.com.zone": "$ORIGIN", odd: "x" },
        }),
      );
      const [a, b] = [start("silent", "a"), start("silent", "b")];
      await until("all to be heard", () => a.heard.has("b") && a.heard.has("dead") && b.heard.has("a"));
      assert.deepEqual([...a.heard.keys()].toSorted(), ["b", "dead"], "other keys are no replicas");
      a.port.publish("a question", ["dead", "b", "never.there"]);
      await until("dead to be gone", () => a.heard.get("dead") === undefined);
      await until("b to be back", async () => "b.vote" in (await dataOf("silent")));
      assert.deepEqual(Object.keys(await dataOf("silent")).toSorted(), ["a.vote", "b.vote", "example.com.zone", "odd"]);
      await a.stop();
      await b.stop();
    });

    it("a deleted ConfigMap is made again", async () => {
      const a = start("deleted", "a");
      await until("a to be registered", async () => "a.vote" in (await dataOf("deleted").catch(() => ({}))));
      await kubectl(server, "delete", "configmap", "deleted", "-n", "dns-system");
      await until("a to be registered again", async () => "a.vote" in (await dataOf("deleted").catch(() => ({}))));
      await a.stop();
    });

    it("without the right, it stays alone, and stops in time", async () => {
      await kubectl(server, "create", "serviceaccount", "nobody", "-n", "dns-system");
      const forbidden = await openTransport(
        await server.kubeconfigFor({ serviceAccount: "nobody", namespace: "dns-system" }),
      );
      const a = start("forbidden", "a", forbidden);
      a.port.publish("a question", []);
      await new Promise((resolve) => {
        setTimeout(resolve, 2_000);
      });
      assert.equal(a.heard.size, 0);
      const stoppedAt = performance.now();
      await a.stop();
      assert.ok(performance.now() - stoppedAt < 3_000);
      await forbidden[Symbol.asyncDispose]();
    });
  },
);
