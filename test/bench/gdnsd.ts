import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inNewDirectory, startDaemon, type Daemon } from "../support/daemon.ts";
import { probeDns, type DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { zoneText } from "../support/zone-text.ts";

export interface GdnsdOptions {
  /** The domain, whose name `shop` fails over. */
  readonly domain: string;
  readonly main: string;
  readonly standby: string;
  /** The port of the targets. */
  readonly port: number;
  /** Of the checks. */
  readonly seconds: { readonly interval: number; readonly timeout: number };
  /** The number of failures after which a target is down. */
  readonly failures: number;
  /** The TTL, in seconds. */
  readonly ttl: number;
}

/** gdnsd with one name that fails over between two addresses, and with a TCP check of both. */
export async function startGdnsd(options: GdnsdOptions): Promise<Daemon & DnsEndpoint> {
  const at = { host: "127.0.0.1", port: await freePort() };
  return inNewDirectory("gdnsd", async (directory) => {
    for (const folder of ["run", "state", "etc", "etc/zones"]) {
      await mkdir(join(directory, folder));
    }
    await writeFile(join(directory, "etc", "config"), configText(options, directory, at));
    const record = `shop ${options.ttl} DYNA simplefo!shop`;
    await writeFile(join(directory, "etc", "zones", options.domain), zoneText([record]));
    const daemon = await startDaemon({
      component: "gdnsd",
      directory,
      args: ["-c", join(directory, "etc"), "start"],
      probe: () => probeDns(at),
    });
    return { ...daemon, ...at };
  });
}

function configText(options: GdnsdOptions, directory: string, at: DnsEndpoint): string {
  const { main, standby, port, seconds, failures } = options;
  const thresholds = `up_thresh => 1, ok_thresh => 1, down_thresh => ${failures}`;
  return `
options => {
  listen => ${at.host}:${at.port}
  run_dir => ${join(directory, "run")}
  state_dir => ${join(directory, "state")}
  min_ttl => 1
}
service_types => {
  tcp => { plugin => tcp_connect, port => ${port}, interval => ${seconds.interval}, timeout => ${seconds.timeout}, ${thresholds} }
}
plugins => { simplefo => { shop => { service_types => tcp, primary => ${main}, secondary => ${standby} } } }
`;
}
