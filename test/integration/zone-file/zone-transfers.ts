import { Buffer } from "node:buffer";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { locateComponent } from "../../support/component.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { run } from "../../support/run.ts";
import { foldNames } from "./fold-names.ts";

/** What a server transfers. */
export interface Transfers {
  /** The records of each zone as sorted lines `owner TTL TYPEn hex`. */
  readonly zones: ReadonlyMap<string, readonly string[]>;
  /** Zones that it serves and doesn't transfer: it answers the query for the SOA. */
  readonly failed: ReadonlySet<string>;
}

export interface TransferOptions {
  /** For the lists of queries. */
  readonly directory: string;
  /** How long a zone may take until the server serves it. */
  readonly withinMs: number;
}

/**
 * Transfers zones (AXFR) with dig, which prints RDATA as bytes. A zone is transferred once the server answers the query for its SOA; after
 * the deadline it is left out. Names are lowercase, and the SOA has the serial 0, because dnsalias sets it.
 */
export async function transferZones(
  at: DnsEndpoint,
  domains: readonly string[],
  { directory, withinMs }: TransferOptions,
): Promise<Transfers> {
  const zones = new Map<string, readonly string[]>();
  const failures = new Map<string, number>();
  const deadline = performance.now() + withinMs;
  let open = domains;
  do {
    const served = [...new Set((await digAll(at, open, "SOA", directory)).map(({ owner }) => owner.slice(0, -1)))];
    for (const [domain, records] of byZone(await digAll(at, served, "AXFR", directory))) {
      zones.set(domain, records);
    }
    for (const domain of served.filter((each) => !zones.has(each))) {
      failures.set(domain, (failures.get(domain) ?? 0) + 1);
    }
    open = open.filter((domain) => !zones.has(domain) && (failures.get(domain) ?? 0) < MAX_FAILURES);
    await delay(open.length === 0 ? 0 : 200);
  } while (open.length > 0 && performance.now() < deadline);
  return { zones, failed: new Set([...failures.keys()].filter((domain) => !zones.has(domain))) };
}

/** A transfer can end early on a busy machine. */
const MAX_FAILURES = 3;

interface ByteRecord {
  /** Lowercase, with the final dot. */
  readonly owner: string;
  readonly ttl: string;
  readonly type: string;
  /** As dig prints them. */
  readonly hex: string;
}

async function digAll(
  { host, port }: DnsEndpoint,
  domains: readonly string[],
  type: "SOA" | "AXFR",
  directory: string,
): Promise<readonly ByteRecord[]> {
  const batch = join(directory, `${type}-${port}`);
  await writeFile(batch, domains.map((domain) => `${domain} ${type}\n`).join(""));
  const { stdout } = await run(locateComponent("dig"), [`@${host}`, "-p", String(port), ...FLAGS, "-f", batch], {
    env: { HOME: "/nonexistent" },
  });
  return stdout.split("\n").flatMap((line) => {
    const [, owner, ttl = "", kind = "", data = ""] = RECORD.exec(line) ?? [];
    return owner === undefined ? [] : [{ owner: owner.toLowerCase(), ttl, type: kind, hex: data.replaceAll(" ", "") }];
  });
}

const FLAGS = [
  ..."+noall +answer +onesoa +unknownformat +norecurse +time=3 +tries=1".split(" "),
  ..."+noidnin +noidnout".split(" "),
];
const SOA = "TYPE6";
const RECORD = /^(\S+)\s+(\d+)\s+CLASS1\s+(TYPE\d+)\s+\\# \d+ ?([0-9A-F ]*)$/i;

/** Each zone begins with its SOA (RFC 5936 2.2). */
function byZone(records: readonly ByteRecord[]): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, string[]>();
  let zone: string[] = [];
  for (const record of records) {
    if (record.type === SOA) {
      zone = [];
      zones.set(record.owner.slice(0, -1), zone);
    }
    zone.push(recordLine(record));
  }
  return new Map([...zones].map(([domain, lines]) => [domain, lines.sort()]));
}

function recordLine({ owner, ttl, type, hex }: ByteRecord): string {
  const rdata = foldNames(Number(type.slice("TYPE".length)), Buffer.from(hex, "hex"));
  if (type === SOA) {
    rdata.fill(0, rdata.length - 20, rdata.length - 16);
  }
  return `${owner} ${ttl} ${type} ${rdata.toString("hex")}`;
}
