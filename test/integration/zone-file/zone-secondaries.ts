import { startBind } from "../../support/bind.ts";
import { startCoreDns } from "../../support/coredns.ts";
import type { Daemon } from "../../support/daemon.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import type { ServerName } from "./zone-servers.ts";

/** A secondary that lets everybody on loopback transfer its zones again. */
export type ZoneSecondary = Daemon & DnsEndpoint;

export async function startSecondary(
  server: ServerName,
  primary: DnsEndpoint,
  domains: readonly string[],
): Promise<ZoneSecondary> {
  switch (server) {
    case "BIND":
      return bindSecondary(primary, domains);
    case "CoreDNS":
      return coreDnsSecondary(primary, domains);
    case "Knot":
      return knotSecondary(primary, domains);
    case "NSD":
      return nsdSecondary(primary, domains);
  }
}

function bindSecondary({ host, port }: DnsEndpoint, domains: readonly string[]): Promise<ZoneSecondary> {
  return startBind({
    // Many zones at once, without the pauses of a server on the internet.
    moreOptions: "serial-query-rate 1000; transfers-in 20; transfers-per-ns 20; min-retry-time 1; max-retry-time 2;",
    moreConfig: domains
      .map((domain) => `zone "${domain}" { type secondary; primaries { ${host} port ${port}; }; check-names ignore; };`)
      .join("\n"),
  });
}

function coreDnsSecondary({ host, port }: DnsEndpoint, domains: readonly string[]): Promise<ZoneSecondary> {
  const transfers = `secondary ${domains.join(" ")} {\n    transfer from ${host}:${port}\n  }\n  transfer {\n    to *\n  }`;
  return startCoreDns({ corefile: `. {\n  bind {$DNS_HOST}\n  ${transfers}\n  errors\n}\n` });
}

function knotSecondary({ host, port }: DnsEndpoint, domains: readonly string[]): Promise<ZoneSecondary> {
  return startKnot({
    moreConfig: [
      `remote:\n- id: primary\n  address: ${host}@${port}`,
      "acl:\n- id: all\n  address: 127.0.0.1\n  action: transfer",
    ].join("\n"),
    moreTemplate: "  master: primary\n  acl: all\n  retry-min-interval: 1\n  retry-max-interval: 2",
    moreZones: domains.map((domain) => `- domain: ${domain}`),
  });
}

function nsdSecondary({ host, port }: DnsEndpoint, domains: readonly string[]): Promise<ZoneSecondary> {
  return startNsd({
    moreConfig: [
      "server:\n  xfrd-reload-timeout: 0",
      ...domains.map(
        (domain) =>
          `zone:\n  name: "${domain}"\n  request-xfr: AXFR ${host}@${port} NOKEY\n  provide-xfr: 127.0.0.1 NOKEY\n  min-retry-time: 1\n  max-retry-time: 2`,
      ),
    ].join("\n"),
  });
}
