import { setTimeout as delay } from "node:timers/promises";
import { codeOf, dnsClient } from "../e2e/dns-client.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";

/** Queries of one name that go on until they are stopped: two tries each, 2 s a try, as a resolver does. */
export interface Sampler {
  stop(): Promise<Samples>;
}

export interface Samples {
  readonly count: number;
  /** First tries without the expected addresses. */
  readonly lost: readonly string[];
  /** Queries whose second try had no better result, as "+12.3 s ETIMEOUT at 10.1.2.3". */
  readonly failures: readonly string[];
}

/** Queries each server every 100 ms for the IPv4 addresses of a name. */
export function startSampler(servers: readonly DnsEndpoint[], name: string, wanted: readonly string[]): Sampler {
  const stopping = new AbortController();
  const lost: string[] = [];
  const failures: string[] = [];
  const startedAt = performance.now();
  let count = 0;
  const askOnce = async (server: DnsEndpoint): Promise<string | undefined> => {
    const at = ((performance.now() - startedAt) / 1000).toFixed(1);
    const found = await dnsClient(server)
      .addresses(name, "A")
      .then((addresses) => addresses.join(" "), codeOf);
    return found === wanted.join(" ") ? undefined : `+${at} s ${found || "no address"} at ${server.host}`;
  };
  const sample = async (server: DnsEndpoint): Promise<void> => {
    count += 1;
    const first = await askOnce(server);
    if (first !== undefined) {
      lost.push(first);
      const second = await askOnce(server);
      failures.push(...(second === undefined ? [] : [second]));
    }
  };
  const loops = servers.map(async (server) => {
    while (!stopping.signal.aborted) {
      await Promise.all([sample(server), delay(100)]);
    }
  });
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
      return { count, lost, failures };
    },
  };
}

/** "1,684 queries, 0 first tries lost" and which. */
export function samplesText({ count, lost }: Samples): string {
  return [`${count} queries, ${lost.length} first tries lost`, ...lost].join("; ");
}
