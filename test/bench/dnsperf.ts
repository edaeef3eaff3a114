import { locateComponent } from "../support/component.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { runOrThrow } from "../support/run.ts";
import { percentile } from "./statistics.ts";

export interface Burst {
  readonly perSecond: number;
  readonly lost: number;
  readonly sent: number;
  readonly averageMs: number;
}

const LOAD = ["-c", "4", "-q", "200", "-T", "1"];

/** As many questions as the server takes, for so long. */
export async function burst(at: DnsEndpoint, file: string, seconds: number): Promise<Burst> {
  return figuresOf(await dnsperf(at, [...LOAD, "-d", file, "-l", String(seconds)]));
}

/** Each question of the file once. */
export async function oncePerName(at: DnsEndpoint, file: string): Promise<Burst> {
  return figuresOf(await dnsperf(at, [...LOAD, "-d", file, "-n", "1"]));
}

/** The 99th percentile of the latency at a steady rate, in milliseconds. */
export async function steadyP99(at: DnsEndpoint, file: string, rate: number, seconds: number): Promise<number> {
  const text = await dnsperf(at, [...LOAD, "-d", file, "-l", String(seconds), "-Q", String(rate), "-v"]);
  const latencies = [...text.matchAll(/^> \w+ \S+ \w+ ([\d.]+)$/gm)].map(([, latency]) => Number(latency) * 1_000);
  return percentile(latencies, 0.99);
}

async function dnsperf({ host, port }: DnsEndpoint, args: readonly string[]): Promise<string> {
  return runOrThrow(locateComponent("dnsperf"), ["-s", host, "-p", String(port), ...args], { timeoutMs: 120_000 });
}

function figuresOf(text: string): Burst {
  const number = (label: string): number => Number(new RegExp(`${label}:?\\s+([\\d.]+)`).exec(text)?.[1]);
  return {
    perSecond: number("Queries per second"),
    lost: number("Queries lost"),
    sent: number("Queries sent"),
    averageMs: number("Average Latency \\(s\\)") * 1_000,
  };
}
