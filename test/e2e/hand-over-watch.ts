import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { codeOf, dnsClient, FAMILIES, type DnsClient, type Family } from "./dns-client.ts";
import { addressesBecome } from "./served.ts";

/** A name stays for a minute in a zone that doesn't admit it any more. */
const MOVED_WITHIN_MS = 120_000;
const ADDRESSES = { A: ["192.0.2.1", "192.0.2.2"], AAAA: ["2001:db8::1"] } as const;

/** A name, an apex, and a wildcard, which are in the longer zone if that admits them, and else in the zone above it. */
export function movingNames(longer: string): readonly string[] {
  return [`app.${longer}`, longer, `*.${longer}`];
}

/** An alias with static addresses: no lookup delays what is judged. */
export function movingAlias(name: string, hostnames: readonly string[], namespace = "web"): string {
  return aliasManifest({ name, namespace, hostnames, targets: [[...ADDRESSES.A, ...ADDRESSES.AAAA]] });
}

export interface GapWatch extends AsyncDisposable {
  /** Ends the watch. Every sample had the right addresses at one of the servers. */
  assertNoGap(): Promise<void>;
}

/**
 * Queries the servers every 100 ms for each name and family, until one has it: first the one that the names leave. If that one has nothing any more, the next one, which is
 * queried after it, has to have the name.
 */
export function watchForGaps(servers: readonly DnsEndpoint[], names: readonly string[]): GapWatch {
  const clients = servers.map(dnsClient);
  const queries = names.map(concrete).flatMap((name) => FAMILIES.map((family) => ({ name, family })));
  const gaps: string[] = [];
  let samples = 0;
  const ending = new AbortController();
  const sample = async ({ name, family }: (typeof queries)[number]): Promise<void> => {
    const answers: string[] = [];
    for (const client of clients) {
      const answer = await answerOf(client, name, family);
      answers.push(answer);
      if (answer === ADDRESSES[family].join()) {
        samples += 1;
        return;
      }
    }
    gaps.push(`${new Date().toISOString()} ${name} ${family}: ${answers.join(" | ")}`);
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await Promise.all(queries.map(sample));
      await delay(100, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return {
    async assertNoGap() {
      await stop();
      assert.deepEqual(gaps, []);
      assert.ok(samples >= 10 * queries.length, `only ${samples} samples`);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** As dig: a server that doesn't answer in time on a busy machine is queried again, up to three times. Every answer counts. */
async function answerOf(client: DnsClient, name: string, family: Family): Promise<string> {
  let answer: string;
  let tries = 0;
  do {
    answer = String(await client.addresses(name, family).catch(codeOf));
    tries += 1;
  } while (answer === "ETIMEOUT" && tries < 3);
  return answer;
}

export async function areAt(server: DnsEndpoint, names: readonly string[]): Promise<void> {
  for (const name of names.map(concrete)) {
    for (const family of FAMILIES) {
      await addressesBecome(server, name, family, ADDRESSES[family], MOVED_WITHIN_MS);
    }
  }
}

export async function areGone(server: DnsEndpoint, names: readonly string[]): Promise<void> {
  const client = dnsClient(server);
  for (const name of names.map(concrete)) {
    await waitFor(
      `${name} to be withdrawn`,
      async () => assert.ok(["ENOTFOUND", ""].includes(String(await client.addresses(name, "A").catch(codeOf)))),
      { withinMs: MOVED_WITHIN_MS, everyMs: 200 },
    );
  }
}

function concrete(name: string): string {
  return name.replace("*", "any");
}
