import assert from "node:assert/strict";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { dnsClient } from "../e2e/dns-client.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { listAt, textAt, valueAt } from "../support/json-at.ts";
import type { Node } from "./node.ts";

/** Waits until all pods of a Deployment are Ready. */
export async function rolledOut(node: Node, namespace: string, name: string): Promise<void> {
  const args = ["rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=150s"];
  await node.kubectl(args).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await podReport(node, namespace)}`);
  });
}

/** What the kubelet and the containers report, for the message of a failed test. */
async function podReport(node: Node, namespace: string): Promise<string> {
  const report = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await node.tryKubectl([...args, "-n", namespace]);
    return stdout + stderr;
  };
  const pods = await report("get", "pods", "-o", "wide");
  const events = await report("get", "events", "--field-selector=type=Warning", "--sort-by=.lastTimestamp");
  const logs = await report("logs", "--all-containers", "--prefix", "--tail=5", "-l", "app.kubernetes.io/name");
  return [pods, events, logs].join("\n");
}

/** The addresses of the running pods of a Deployment, by its selector. */
export async function podAddresses(node: Node, namespace: string, deployment: string): Promise<readonly string[]> {
  return (await runningPods(node, namespace, deployment)).map((pod) => textAt(pod, "status", "podIP"));
}

/** The running pods of a Deployment, by its selector. */
export async function runningPods(node: Node, namespace: string, deployment: string): Promise<readonly unknown[]> {
  const read = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await node.kubectl(["get", ...args, "-n", namespace, "-o", "json"]));
  const labels = Object.entries(
    Object(valueAt(await read("deployment", deployment), "spec", "selector", "matchLabels")),
  );
  const selector = labels.map(([key, value]) => `${key}=${String(value)}`).join(",");
  const pods = listAt(await read("pods", "-l", selector, "--field-selector=status.phase=Running"), "items");
  return pods.filter((pod) => valueAt(pod, "metadata", "deletionTimestamp") === undefined);
}

/** The cluster address of a Service, port 53. */
export async function serviceAddress(node: Node, namespace: string, name: string): Promise<DnsEndpoint> {
  const host = await node.kubectl(["get", "service", name, "-n", namespace, "-o", "jsonpath={.spec.clusterIP}"]);
  return { host, port: 53 };
}

/** Waits until each of the servers answers with exactly these IPv4 addresses. Returns when the last of them did, in milliseconds since 1970. */
export async function answersBecome(
  servers: readonly DnsEndpoint[],
  name: string,
  wanted: readonly string[],
  withinMs: number,
): Promise<number> {
  const times = servers.map(async (server) => {
    const client = dnsClient(server);
    const look = async (): Promise<number> => {
      assert.deepEqual(await client.addresses(name, "A"), [...wanted].sort());
      return Date.now();
    };
    return waitFor(`${name} to be ${wanted.join(" ")} at ${server.host}`, look, { withinMs, everyMs: 100 });
  });
  return Math.max(...(await Promise.all(times)));
}

/** Waits for the condition Ready of an object NAMESPACE/NAME. */
export async function waitReady(node: Node, kind: string, key: string): Promise<void> {
  const [namespace = "", name = ""] = key.split("/");
  const args = ["wait", "--for=condition=Ready", `${kind}/${name}`, "-n", namespace, "--timeout=180s"];
  await node.kubectl(args).catch(async (error: unknown) => {
    const { stdout } = await node.tryKubectl([
      "get",
      "dnsaliases,dnszones",
      "-A",
      "-o",
      "jsonpath={.items[*].status.conditions}",
    ]);
    throw new Error(`${String(error)}\n${stdout}`);
  });
}

/** `status.stalenessBound` of the DnsAlias NAMESPACE/NAME, in milliseconds. */
export async function stalenessBoundMs(node: Node, key: string): Promise<number> {
  const [namespace = "", name = ""] = key.split("/");
  const args = ["get", "dnsalias", name, "-n", namespace, "-o", "jsonpath={.status.stalenessBound}"];
  const text = await node.kubectl(args);
  return parseDuration(text) ?? assert.fail(`the alias ${key} states no bound: "${text}"`);
}
