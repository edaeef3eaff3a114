import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { waitFor } from "../lab/wait-for.ts";
import { baseZoneText } from "../lab/manifests.ts";
import { locateComponent, skipWithout } from "../support/component.ts";
import { skipWithoutOutside } from "../support/outside-network.ts";
import { startProcess } from "../support/process.ts";
import { run, runOrThrow } from "../support/run.ts";
import { skipWithoutFfi } from "../support/udp-io.ts";

const skip = skipWithout("dig", "ip", "curl") || skipWithoutOutside() || skipWithoutFfi;
const ADDRESSES = ["198.18.5.1", "198.18.5.2", "198.18.5.3", "fd00:5::1", "fd00:5::2", "fd00:5::3"];
/** Addresses that are added after the start, as keepalived does. */
const LATER = ["198.18.5.50", "fd00:5::50"];
const CLIENT = ["198.18.5.99", "fd00:5::99"];
const SERVICES = [
  { name: "responder", domain: "served.example", port: 53 },
  { name: "primary", domain: "moved.example", port: 5301 },
];

/** Two namespaces with a link between them: the server with several addresses, and its clients. */
async function startNetwork(
  stack: AsyncDisposableStack,
): Promise<{ readonly server: string; readonly client: string }> {
  const ip = locateComponent("ip");
  const [server, client] = [`dnsalias-src-${process.pid}`, `dnsalias-dst-${process.pid}`];
  for (const name of [server, client]) {
    await runOrThrow(ip, ["netns", "add", name]);
    stack.defer(async () => void (await runOrThrow(ip, ["netns", "del", name])));
    await runOrThrow(ip, ["-n", name, "link", "set", "lo", "up"]);
  }
  await runOrThrow(ip, ["-n", server, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", client]);
  for (const [name, addresses] of [
    [server, ADDRESSES],
    [client, CLIENT],
  ] as const) {
    for (const address of addresses) {
      await changeAddress("add", name, address);
    }
    await runOrThrow(ip, ["-n", name, "link", "set", "eth0", "up"]);
  }
  return { server, client };
}

/** Without duplicate address detection, an IPv6 address works at once. */
async function changeAddress(change: "add" | "del", name: string, address: string): Promise<void> {
  const suffix = address.includes(":") ? [`${address}/64`, "dev", "eth0", "nodad"] : [`${address}/24`, "dev", "eth0"];
  await runOrThrow(locateComponent("ip"), ["-n", name, "addr", change, ...suffix.slice(0, change === "add" ? 4 : 3)]);
}

interface Lab extends AsyncDisposable {
  readonly server: string;
  /** What dig prints for the SOA of a service, queried at an address. dig accepts only an answer from the address that it queried. */
  digSoa(address: string, service: (typeof SERVICES)[number], ...flags: readonly string[]): Promise<string>;
  metrics(): Promise<string>;
}

async function startLab(io: "auto" | "dgram"): Promise<Lab> {
  await using starting = new AsyncDisposableStack();
  const { server, client } = await startNetwork(starting);
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-source-"));
  starting.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "objects.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items: ITEMS }));
  const inside = (name: string, ...command: readonly string[]): readonly string[] => [
    "netns",
    "exec",
    name,
    ...command,
  ];
  starting.use(
    startProcess({
      component: "dnsalias run",
      command: locateComponent("ip"),
      args: inside(
        server,
        process.execPath,
        join(import.meta.dirname, "..", "..", "src", "main.ts"),
        "run",
        `--manifests=${folder}`,
        `--out=${join(folder, "out")}`,
        "--resolver=127.0.0.1:9",
        "--listen-ops=127.0.0.1:9753",
        "--responder-listen=:53",
        "--transfer-listen=:5301",
        `--responder-io=${io}`,
      ),
    }),
  );
  const digSoa: Lab["digSoa"] = async (address, { domain, port }, ...flags) => {
    const args = [`@${address}`, "-p", String(port), domain, "SOA", "+tries=1", "+time=2", ...flags];
    const { stdout, stderr } = await run(locateComponent("ip"), inside(client, locateComponent("dig"), ...args));
    return stdout + stderr;
  };
  for (const service of SERVICES) {
    // Both bind the first address as their usual source, so this works with every I/O.
    await waitFor(`the ${service.name}`, async () => assert.match(await digSoa("198.18.5.1", service), ANSWERED), {
      withinMs: 40_000,
    });
  }
  const owned = starting.move();
  return {
    server,
    digSoa,
    metrics: () =>
      runOrThrow(locateComponent("ip"), inside(server, locateComponent("curl"), "-s", "http://127.0.0.1:9753/metrics")),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const ANSWERED = /status: NOERROR.*ANSWER: 1,/su;

const API = "dnsalias.io/v1alpha1";
const inline = (domain: string) => ({ inline: baseZoneText(domain) });
const ITEMS = [
  {
    apiVersion: API,
    kind: "DnsZone",
    metadata: { name: "served" },
    spec: { domain: "served.example", provider: { coreDNS: { zoneFile: { baseZone: inline("served.example") } } } },
  },
  {
    apiVersion: API,
    kind: "DnsZone",
    metadata: { name: "moved" },
    spec: {
      domain: "moved.example",
      provider: { transfer: { baseZone: inline("moved.example"), allow: ["198.18.5.0/24", "fd00:5::/64"] } },
    },
  },
];

describe("P24: an answer leaves from the address that was queried", { skip, timeout: 120_000 }, () => {
  test("with all addresses, and with those that a host gets later, of responder and primary, over UDP and TCP", async () => {
    await using lab = await startLab("auto");
    assert.match(await lab.metrics(), /^dnsalias_responder_udp_io\{io="ffi"\} 1$/mu);
    for (const address of LATER) {
      await changeAddress("add", lab.server, address);
    }
    for (const service of SERVICES) {
      for (const address of [...ADDRESSES, ...LATER]) {
        assert.match(await lab.digSoa(address, service), ANSWERED, `${service.name} at ${address}`);
        assert.match(await lab.digSoa(address, service, "+tcp"), ANSWERED, `${service.name} at ${address} over TCP`);
      }
    }
    for (const address of LATER) {
      await changeAddress("del", lab.server, address);
      assert.doesNotMatch(await lab.digSoa(address, SERVICES[0] ?? assert.fail()), ANSWERED, "the address is gone");
    }
    assert.match(await lab.digSoa("198.18.5.2", SERVICES[0] ?? assert.fail()), ANSWERED);
  });

  test("the responder over dgram answers from another address, as docs/concepts/responder.md says", async () => {
    await using lab = await startLab("dgram");
    assert.match(await lab.metrics(), /^dnsalias_responder_udp_io\{io="dgram"\} 1$/mu);
    assert.doesNotMatch(await lab.digSoa("198.18.5.2", SERVICES[0] ?? assert.fail()), ANSWERED);
    assert.match(await lab.digSoa("198.18.5.2", SERVICES[0] ?? assert.fail(), "+tcp"), ANSWERED);
  });
});
