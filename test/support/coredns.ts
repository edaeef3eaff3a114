import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { probeDns, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";

export interface CoreDnsOptions {
  readonly host?: string;
  readonly port?: number;
  /** The Corefile's text, or how to make it of the address to serve at and CoreDNS's own directory. */
  readonly corefile?: string | ((at: CoreDnsPlace) => string);
  /** In place of `corefile`: a file that somebody else writes, and may change while CoreDNS runs. */
  readonly corefilePath?: string;
  /** More files of its directory, by name: zone files, say. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface CoreDnsPlace extends DnsEndpoint {
  /** CoreDNS's working directory, where `files` are: `file db.example.com` finds them. */
  readonly directory: string;
}

export interface CoreDns extends Daemon, CoreDnsPlace {
  /** Writes a file of its directory; whether and when CoreDNS reads it is up to the Corefile. */
  writeFile(name: string, text: string): Promise<void>;
}

/**
 * CoreDNS with a Corefile. A server block without a port gets ours; in every block write `bind {$DNS_HOST}`, else
 * CoreDNS listens on all addresses. `{$DNS_PORT}` is there too.
 */
export async function startCoreDns(options: CoreDnsOptions): Promise<CoreDns> {
  return inNewDirectory("coredns", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: CoreDnsOptions): Promise<CoreDns> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const location = { host, port, directory };
  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await write(name, text);
  }
  const corefile = options.corefilePath ?? join(directory, "Corefile");
  if (options.corefilePath === undefined) {
    await write("Corefile", corefileText(options, location));
  }
  refuseOpenBlocks(await readFile(corefile, "utf8"));
  const daemon = await startDaemon({
    component: "coredns",
    directory,
    args: ["-conf", corefile, `-dns.port=${port}`],
    env: { DNS_HOST: host, DNS_PORT: String(port) },
    probe: () => probeDns({ host, port }),
    stopAfterMs: 15_000,
  });
  return { ...daemon, ...location, writeFile: write };
}

function corefileText({ corefile = "" }: CoreDnsOptions, location: CoreDnsPlace): string {
  return typeof corefile === "string" ? corefile : corefile(location);
}

/** A test must not open a port to the network. A block that imports something is believed to get its `bind` there. */
function refuseOpenBlocks(corefile: string): void {
  const [, ...blocks] = corefile.split(BLOCK_START);
  if (blocks.some((block) => !/^\s*(bind|import)\s/m.test(block))) {
    throw new Error(`the Corefile would listen on all addresses; give each block "bind {$DNS_HOST}":\n${corefile}`);
  }
}

/** A line that opens a server block: not indented, no `(snippet) {`. */
const BLOCK_START = /^(?=[^\s#(}].*\{\s*$)/m;
