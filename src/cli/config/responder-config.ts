import { parseSubnet, type Subnet } from "../../dns/address/subnet.ts";
import { choice, type HostPort, hostPorts, whole, wrong, type Reader } from "./settings.ts";

/** The addresses and the limits of the responder. */
export interface ResponderConfig {
  /** An empty host means all addresses of both families. */
  readonly listen: readonly HostPort[];
  /** True for the default addresses. If one of them is in use, the responder is disabled. */
  readonly isDefault: boolean;
  readonly workers: number;
  /** Networks without rate limits, in addition to loopback. */
  readonly exempt: readonly Subnet[];
  readonly udpIo: (typeof UDP_IOS)[number];
}

const DETAILS = ["responder-listen", "responder-workers", "responder-exempt", "responder-io"] as const;
const UDP_IOS = ["auto", "ffi", "dgram"] as const;

/**
 * In folder mode, the responder runs unless it is disabled. In a cluster, it runs only with `--responder`. Undefined: it does not
 * run.
 */
export function responderConfig(from: Reader, platform: "folder" | "cluster"): ResponderConfig | undefined {
  const detail = DETAILS.find((name) => from.has(name));
  const commandLine = from.has("responder") ? "responder" : detail;
  const against = (["no-responder", "once"] as const).find((name) => from.has(name));
  if (commandLine !== undefined && against !== undefined) {
    throw wrong(`${from.origin(against)} and ${from.origin(commandLine)} cannot be used together`);
  }
  if (detail !== undefined && platform === "cluster" && !from.has("responder")) {
    throw wrong(`${from.origin(detail)} requires --responder`);
  }
  if (against !== undefined || (platform === "cluster" && !from.has("responder"))) {
    return undefined;
  }
  const listen = hostPorts(from, "responder-listen");
  const usual = { host: platform === "folder" ? "127.0.0.1" : "", port: PORT };
  return {
    listen: listen.length === 0 ? [usual] : listen,
    isDefault: listen.length === 0,
    workers: whole(from, "responder-workers", { least: 1, most: 64, usual: 2 }),
    exempt: from.texts("responder-exempt").map((text) => network(from, text)),
    udpIo: choice(from, "responder-io", UDP_IOS) ?? "auto",
  };
}

function network(from: Reader, text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) {
    throw wrong(
      `${from.origin("responder-exempt")} must be a network such as 10.0.0.0/8, with no bits set after the prefix, not "${text}"`,
    );
  }
  return subnet;
}

/** The default port. Processes without privileges can listen on it, and other programs rarely use it (5353 is mDNS). */
const PORT = 5300;
