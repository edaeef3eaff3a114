import { networkInterfaces } from "node:os";
import { locateComponent } from "../../support/component.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { run, runOrThrow } from "../../support/run.ts";

/** Network namespaces of their own for some processes. Servers at `host` can be reached from all of them. */
export interface ChaosNetwork extends AsyncDisposable {
  /** This machine's address for the namespaces. */
  readonly host: string;
  readonly namespaces: readonly NetworkNamespace[];
}

export interface NetworkNamespace {
  /** Its address for this machine. */
  readonly address: string;
  /** The network that queries of this machine come from. */
  readonly clients: string;
  /** The words before a command that runs in it. */
  readonly prefix: readonly string[];
  /** From now on no packet passes between the namespace and the server; other servers can be reached. */
  cut(server: DnsEndpoint): Promise<void>;
  /** Ends one `cut`. */
  heal(server: DnsEndpoint): Promise<void>;
}

/** Each namespace has a veth pair, in 198.18.0.0/15 (RFC 2544: for measurements). The pairs go with the namespaces at the end. */
export async function startChaosNetwork(count: number): Promise<ChaosNetwork> {
  await using starting = new AsyncDisposableStack();
  const net = freeNetwork();
  const namespaces: NetworkNamespace[] = [];
  for (let at = 0; at < count; at += 1) {
    namespaces.push(await startNamespace({ net, at, host: `${net}.1` }, starting));
  }
  const owned = starting.move();
  return { host: `${net}.1`, namespaces, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

interface NamespacePlace {
  readonly net: string;
  readonly at: number;
  readonly host: string;
}

async function startNamespace(
  { net, at, host }: NamespacePlace,
  starting: AsyncDisposableStack,
): Promise<NetworkNamespace> {
  const ip = locateComponent("ip");
  const name = `dnsalias-chaos-${process.pid}-${at}`;
  const [here, there] = [`dch${process.pid}-${at}`, `dct${process.pid}-${at}`];
  const [outer, inner] = [`${net}.${4 * at + 1}`, `${net}.${4 * at + 2}`];
  const inside = (...args: readonly string[]): Promise<string> => runOrThrow(ip, ["-n", name, ...args]);
  await runOrThrow(ip, ["netns", "add", name]);
  starting.defer(async () => {
    await run(ip, ["link", "del", here]);
    await runOrThrow(ip, ["netns", "del", name]);
  });
  await runOrThrow(ip, ["link", "add", here, "type", "veth", "peer", "name", there, "netns", name]);
  await runOrThrow(ip, ["addr", "add", `${outer}/30`, "dev", here]);
  await runOrThrow(ip, ["link", "set", here, "up"]);
  await inside("addr", "add", `${inner}/30`, "dev", there);
  await inside("link", "set", there, "up");
  await inside("link", "set", "lo", "up");
  await inside("route", "add", "default", "via", outer);
  const prefix = [ip, "netns", "exec", name];
  const filter = async (change: "-A" | "-D", server: DnsEndpoint): Promise<void> => {
    for (const rule of rulesOf(host, server)) {
      await runOrThrow(ip, [...prefix.slice(1), locateComponent("iptables"), "-w", change, ...rule]);
    }
  };
  return {
    address: inner,
    clients: `${net}.0/24`,
    prefix,
    cut: (server) => filter("-A", server),
    heal: (server) => filter("-D", server),
  };
}

/** Both directions, both protocols. */
function rulesOf(host: string, { port }: DnsEndpoint): readonly (readonly string[])[] {
  return ["tcp", "udp"].flatMap((protocol) => [
    ["OUTPUT", "-d", host, "-p", protocol, "--dport", String(port), "-j", "DROP"],
    ["INPUT", "-s", host, "-p", protocol, "--sport", String(port), "-j", "DROP"],
  ]);
}

/** The first three octets of a network that no interface has an address of. */
function freeNetwork(): string {
  const taken = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address));
  for (let at = 0; at < 256; at += 1) {
    const net = `198.19.${(process.pid + at) % 256}`;
    if (!taken.some((address) => address.startsWith(`${net}.`))) {
      return net;
    }
  }
  throw new Error("every network in 198.19.0.0/16 is taken");
}
