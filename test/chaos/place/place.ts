import type { DnsEndpoint } from "../../support/dns-probe.ts";
import type { Daemon } from "../../support/daemon.ts";
import { dig } from "../../support/dig.ts";
import { baseZoneText } from "../../lab/manifests.ts";
import type { LoopQuestion } from "../world/dig-loop.ts";

/** A DnsZone of one delivery, and the servers that it ends at. */
export interface Place {
  readonly id: string;
  readonly domain: string;
  /** Of a name that has an alias all the time. The apex where the delivery's servers have one. */
  readonly firstName: string;
  /** `spec.provider`. */
  readonly provider: object;
  /** `spec.servedBy`; absent where the provider says who serves. */
  readonly servedBy?: object;
  /** What the DnsZone refers to. */
  readonly manifests: readonly string[];
  /** Name servers that are queried all the time, by their names in the report. */
  readonly servers: Readonly<Record<string, DnsEndpoint>>;
  /** What a controller talks to, by name. */
  readonly peers: Readonly<Record<string, readonly DnsEndpoint[]>>;
  /** What can be restarted, by name. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Records of another owner that are queried all the time. */
  readonly foreign: readonly ForeignQuestion[];
  /** All records at this moment as `name rest`, sorted, without the SOA and what only dnsalias's own bookkeeping needs. */
  records(): Promise<readonly string[]>;
  /** The name of another owner's address, which an alias tries to have. */
  readonly claimed?: string;
}

export interface Part {
  readonly daemon: Daemon;
  /** The servers of the place that don't answer meanwhile. */
  readonly silences: readonly string[];
}

export interface ForeignQuestion extends LoopQuestion {
  readonly wanted: readonly string[];
}

const FOREIGN_ADDRESS = "192.0.2.77";

/** The records of another owner: an apex as a real one, an address, and a text at a name whose alias comes and goes. */
export function foreignZoneText(domain: string): string {
  return `${baseZoneText(domain)}foreign IN A ${FOREIGN_ADDRESS}\nt0 IN TXT "${FOREIGN_TEXT}"\n`;
}

export const FOREIGN_TEXT = "of another owner";

/** Questions for the records of {@link foreignZoneText}. */
export function foreignQuestions(domain: string): readonly ForeignQuestion[] {
  return [
    { name: domain, type: "MX", wanted: [`10 mail.${domain}`] },
    { name: `www.${domain}`, type: "A", wanted: ["11.1.0.4"] },
    { name: `t0.${domain}`, type: "TXT", wanted: [FOREIGN_TEXT] },
    ...foreignAddressQuestions(domain),
  ];
}

/** An alias has no address of another family at a name of another owner. */
export function foreignAddressQuestions(domain: string): readonly ForeignQuestion[] {
  return [
    { name: `foreign.${domain}`, type: "A", wanted: [FOREIGN_ADDRESS] },
    { name: `foreign.${domain}`, type: "AAAA", wanted: ["NODATA"] },
  ];
}

export const FOREIGN_SKYDNS = { host: FOREIGN_ADDRESS };

/** The records of a zone by AXFR, without the SOA. Throws if the server refuses. */
export async function transferred(at: DnsEndpoint, domain: string): Promise<readonly string[]> {
  const { answer, text } = await dig(at, domain, "AXFR", ["+tcp"]);
  const records = answer.filter(({ type }) => type !== "SOA");
  if (records.length === 0) {
    throw new Error(`no transfer of ${domain}: ${text}`);
  }
  return records.map(({ name, type, data }) => `${name.replace(/\.$/, "")} ${type} ${data}`).sort();
}

export function servedBy({ host, port }: DnsEndpoint): object {
  return { addresses: [{ address: host, port }] };
}
