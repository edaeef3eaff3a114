import { locateComponent } from "../support/component.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { ClientNetwork } from "./client-network.ts";
import { percentile } from "./statistics.ts";

export interface Burst {
  readonly perSecond: number;
  readonly lost: number;
  readonly sent: number;
}

/** dnsperf in a network of its own, with EDNS in each question. */
export interface Load {
  readonly network: ClientNetwork;
  readonly at: DnsEndpoint;
  /** A line a question. */
  readonly file: string;
  /** The COOKIE option of each question, as hexadecimal digits; absent: none. */
  readonly cookie?: string;
}

const LOAD = ["-c", "4", "-q", "200", "-T", "1"];

/** As many questions as the server takes, for so long. */
export async function burst(load: Load, seconds: number): Promise<Burst> {
  return figuresOf(await dnsperf(load, ["-l", String(seconds)]));
}

/** Each question of the file once. */
export async function oncePerName(load: Load): Promise<Burst> {
  return figuresOf(await dnsperf(load, ["-n", "1"]));
}

/** The 99th percentile of the latency at a steady rate, in milliseconds. */
export async function steadyP99(load: Load, rate: number, seconds: number): Promise<number> {
  const text = await dnsperf(load, ["-l", String(seconds), "-Q", String(rate), "-v"]);
  const latencies = [...text.matchAll(/^> \w+ \S+ \w+ ([\d.]+)$/gm)].map(([, latency]) => Number(latency) * 1_000);
  return percentile(latencies, 0.99);
}

/** The cookie that a client of the network has from the server (RFC 7873): its own 8 bytes alone if the server has none. */
export async function cookieOf(network: ClientNetwork, { host, port }: DnsEndpoint, name: string): Promise<string> {
  const args = ["+norecurse", `+cookie=${CLIENT_COOKIE}`, `@${host}`, "-p", String(port), name, "A"];
  const text = await network.run(locateComponent("dig"), args);
  return /^; COOKIE: ([0-9a-f]+)/m.exec(text)?.[1] ?? CLIENT_COOKIE;
}

const CLIENT_COOKIE = "64617461636f6f6b";
const COOKIE_OPTION = 10;

async function dnsperf({ network, at, file, cookie }: Load, args: readonly string[]): Promise<string> {
  const option = cookie === undefined ? [] : ["-E", `${COOKIE_OPTION}:${cookie}`];
  const server = ["-s", at.host, "-p", String(at.port), "-d", file, "-e", ...option];
  return network.run(locateComponent("dnsperf"), [...server, ...LOAD, ...args]);
}

function figuresOf(text: string): Burst {
  const number = (label: string): number => Number(new RegExp(`${label}:?\\s+([\\d.]+)`).exec(text)?.[1]);
  return {
    perSecond: number("Queries per second"),
    lost: number("Queries lost"),
    sent: number("Queries sent"),
  };
}
