import { baseZoneText } from "../lab/manifests.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { SECONDARIES } from "../support/secondary.ts";
import { SERVER_KINDS } from "./hand-over-servers.ts";

/** A delivery, with the server that the clients query. */
export interface Delivery {
  readonly name: string;
  readonly domain: string;
  readonly at: DnsEndpoint;
  readonly spec: object;
}

/** Starts a server for each delivery. Returns them with their DnsZones, and the options of `dnsalias run`. Its directory for zone files is `out`. */
export async function startDeliveries(out: string, started: AsyncDisposableStack) {
  const responder = { host: "127.0.0.1", port: await freePort() };
  const primary = { host: "127.0.0.1", port: await freePort() };
  const secondaryPort = await freePort();
  const [bindKind, , , coreDnsKind] = SERVER_KINDS;
  if (bindKind === undefined || coreDnsKind === undefined) {
    throw new Error("SERVER_KINDS has no BIND or no CoreDNS");
  }
  const bind = started.use(await bindKind.start(["bind.example"], out));
  const coreDns = started.use(await coreDnsKind.start(["file.example"], out));
  const transfer = {
    baseZone: { inline: baseZoneText("knot.example") },
    allow: ["127.0.0.1"],
    notify: [{ address: "127.0.0.1", port: secondaryPort }],
  };
  const unserved = { coreDNS: { zoneFile: { baseZone: { inline: baseZoneText("responder.example") } } } };
  const secondary = { host: "127.0.0.1", port: secondaryPort };
  const deliveries: readonly Delivery[] = [
    { name: "rfc2136", domain: "bind.example", at: bind.at, spec: bind.spec("bind.example") },
    { name: "zoneFile", domain: "file.example", at: coreDns.at, spec: coreDns.spec("file.example") },
    {
      name: "transfer",
      domain: "knot.example",
      at: secondary,
      spec: {
        provider: { transfer },
        servedBy: { addresses: [{ address: secondary.host, port: secondary.port }] },
      },
    },
    { name: "responder", domain: "responder.example", at: responder, spec: { provider: unserved } },
  ];
  started.use(await SECONDARIES.knot({ port: secondaryPort, primary, zones: ["knot.example"] }));
  const options = [
    `--transfer-listen=${primary.host}:${primary.port}`,
    `--responder-listen=${responder.host}:${responder.port}`,
  ];
  return { deliveries, zones: deliveries.map(zoneOf), options };
}

function zoneOf({ domain, spec }: Delivery): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: domain.replaceAll(".", "-"), namespace: "web" },
    spec: { domain, ttl: { min: 1, max: 2 }, ...spec },
  };
}
