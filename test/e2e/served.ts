import assert from "node:assert/strict";
import { dig, type DigReply } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dnsClient, type Family } from "./dns-client.ts";

/** Waits until a server gives exactly these addresses, in any order. */
export async function addressesBecome(
  at: DnsEndpoint,
  name: string,
  family: Family,
  wanted: readonly string[],
  withinMs = 30_000,
): Promise<void> {
  const client = dnsClient(at);
  await waitFor(
    `${name} ${family} to be ${wanted.join(" ")}`,
    async () => assert.deepEqual(await client.addresses(name, family), [...wanted].sort()),
    { withinMs, everyMs: 100 },
  );
}

/** What stands beside an alias at an apex: type and sorted answers, the SOA without its serial. */
export async function answersBeside(at: DnsEndpoint, name: string): Promise<Readonly<Record<string, unknown>>> {
  const replies = await Promise.all(BESIDE.map(async (type) => [type, await dig(at, name, type)] as const));
  return Object.fromEntries(replies.map(([type, reply]) => [type, shown(reply)]));
}

const BESIDE = ["SOA", "NS", "MX", "TXT", "CAA", "HTTPS"] as const;

function shown({ status, answer }: DigReply): unknown {
  const records = answer.map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${withoutSerial(type, data)}`);
  return { status, answer: records.sort() };
}

function withoutSerial(type: string, data: string): string {
  return type === "SOA" ? data.replace(/^(\S+ \S+) \d+/, "$1 SERIAL") : data;
}
