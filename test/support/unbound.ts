import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { probeDns, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";
import { runOrThrow } from "./run.ts";

export interface UnboundOptions {
  readonly host?: string;
  readonly port?: number;
  /** The zones it knows, and who serves each; a zone delegated from one of them needs an entry of its own. */
  readonly stubs: readonly StubZone[];
  /** Seconds; default 0. */
  readonly cacheMinTtl?: number;
  /** Seconds; default 86400. */
  readonly cacheMaxTtl?: number;
  /** Seconds; default 3600. */
  readonly cacheMaxNegativeTtl?: number;
  /** DS or DNSKEY records in zone-file text; without any nothing is validated. */
  readonly trustAnchors?: readonly string[];
  /** The NAT64 prefix by which it makes AAAA records of A records (RFC 6147); without one it makes none. */
  readonly dns64Prefix?: string;
  /** The address of loopback from which it queries; default 127.0.0.1. */
  readonly outgoing?: string;
  /** Lines for the `server:` clause. */
  readonly moreServer?: string;
}

export interface StubZone {
  readonly zone: string;
  readonly servers: readonly DnsEndpoint[];
}

export interface Unbound extends Daemon, DnsEndpoint {
  /** Forgets everything that it has cached. */
  flush(): Promise<void>;
  /** Runs unbound-control with these arguments; throws when it fails. */
  control(...args: readonly string[]): Promise<string>;
}

/**
 * Unbound as a recursive server for the zones given. It sends from loopback only, and refuses names outside its zones
 * (a CNAME that leads to one is SERVFAIL): nothing ever leaves the machine. After an outage of a server it tries again
 * within about 5 s, as long as it remembers a SERVFAIL.
 */
export async function startUnbound(options: UnboundOptions): Promise<Unbound> {
  return inNewDirectory("unbound", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: UnboundOptions): Promise<Unbound> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const config = join(directory, "unbound.conf");
  await writeFile(config, configText(options, { host, port }, directory));
  const daemon = await startDaemon({
    component: "unbound",
    directory,
    args: ["-d", "-p", "-c", config],
    probe: () => probeDns({ host, port }),
  });
  const control = (...args: readonly string[]): Promise<string> =>
    runOrThrow(locateComponent("unbound-control"), ["-c", config, ...args]);
  return {
    ...daemon,
    host,
    port,
    control,
    flush: async () => {
      await control("flush_zone", ".");
      await control("flush_infra", "all");
    },
  };
}

/** The root is this server itself, which refuses: so the real one is never primed, and no time-out is waited for. */
function configText(options: UnboundOptions, { host, port }: DnsEndpoint, directory: string): string {
  const anchors = options.trustAnchors ?? [];
  const { dns64Prefix } = options;
  const modules = [
    ...(dns64Prefix === undefined ? [] : ["dns64"]),
    ...(anchors.length > 0 ? ["validator"] : []),
    "iterator",
  ];
  return `
server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: ${host}
  port: ${port}
  num-threads: 1
  access-control: 127.0.0.0/8 allow
  access-control: ::1/128 allow
  outgoing-interface: ${options.outgoing ?? "127.0.0.1"}
  do-ip6: ${host.includes(":") ? "yes" : "no"}
  do-not-query-localhost: no
  module-config: "${modules.join(" ")}"
${dns64Prefix === undefined ? "" : `  dns64-prefix: ${dns64Prefix}`}
${anchors.map((anchor) => `  trust-anchor: "${anchor}"`).join("\n")}
  cache-min-ttl: ${options.cacheMinTtl ?? 0}
  cache-max-ttl: ${options.cacheMaxTtl ?? 86_400}
  cache-max-negative-ttl: ${options.cacheMaxNegativeTtl ?? 3600}
  infra-host-ttl: 1
  infra-cache-max-rtt: 1000
  infra-keep-probing: yes
  local-zone: "." refuse
${options.stubs.map(({ zone }) => `  local-zone: "${zone}" transparent`).join("\n")}
  ${options.moreServer ?? ""}
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: "${join(directory, "unbound.sock")}"
${[...options.stubs, { zone: ".", servers: [{ host, port }] }].map(stubText).join("\n")}
`;
}

function stubText({ zone, servers }: StubZone): string {
  const addresses = servers.map(({ host, port }) => `  stub-addr: ${host}@${port}`);
  return [`stub-zone:`, `  name: "${zone}"`, `  stub-prime: no`, ...addresses].join("\n");
}
