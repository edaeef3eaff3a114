import { locateComponent } from "./component.ts";
import type { DnsEndpoint } from "./dns-probe.ts";
import { run } from "./run.ts";

export interface DigRecord {
  /** As printed: absolute, in the case that the server sent. */
  readonly name: string;
  readonly ttl: number;
  readonly class: string;
  readonly type: string;
  /** The record's data in zone-file text. */
  readonly data: string;
}

export interface DigReply {
  /** The rcode's name, or NO-REPLY when no usable answer came in time. */
  readonly status: string;
  /** Lower case: qr aa tc rd ra ad cd. */
  readonly flags: readonly string[];
  readonly answer: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly additional: readonly DigRecord[];
  /** All that the tool printed, for error messages and for what is not parsed here (EDNS, EDE). */
  readonly text: string;
}

/** More arguments for the tool, such as `+tcp`, `+norecurse`, `+dnssec`, `+bufsize=512`. */
export type DigFlags = readonly string[];

/** Asks with BIND's dig: one try, 3 s. */
export async function dig(at: DnsEndpoint, name: string, type = "A", flags: DigFlags = []): Promise<DigReply> {
  const how = ["+nocmd", "+tries=1", "+time=3", "+noidnin", "+noidnout", ...flags];
  return ask("dig", [`@${at.host}`, "-p", String(at.port), "-q", name, "-t", type, ...how]);
}

/** Asks with Knot's kdig: one try, 3 s. A second implementation's reading of the same answer. */
export async function kdig(at: DnsEndpoint, name: string, type = "A", flags: DigFlags = []): Promise<DigReply> {
  return ask("kdig", [`@${at.host}`, "-p", String(at.port), "-q", name, "-t", type, "+retry=0", "+time=3", ...flags]);
}

/** Asks with ldns's drill. A third. `flags` go before the name: `-t` asks over TCP, `-b 1232` with EDNS. */
export async function drill(at: DnsEndpoint, name: string, type = "A", flags: DigFlags = []): Promise<DigReply> {
  return ask("drill", ["-p", String(at.port), ...flags, `@${at.host}`, name, type]);
}

/** The data of the answer's records of one type, sorted: what most tests compare. */
export function answerData(reply: DigReply, type: string): readonly string[] {
  return reply.answer
    .filter((record) => record.type === type)
    .map((record) => record.data)
    .sort();
}

async function ask(tool: "dig" | "kdig" | "drill", args: readonly string[]): Promise<DigReply> {
  // No ~/.digrc: a person's defaults must not change a test.
  const { stdout, stderr } = await run(locateComponent(tool), args, { env: { HOME: "/nonexistent" } });
  return parseReply(stdout + stderr);
}

type Section = "answer" | "authority" | "additional";

function parseReply(text: string): DigReply {
  const records: Record<Section, DigRecord[]> = { answer: [], authority: [], additional: [] };
  let section: Section | undefined = "answer"; // a zone transfer is printed without headings
  for (const line of text.split("\n")) {
    const heading = /^;; ([A-Z ]+) SECTION:/.exec(line)?.[1];
    if (heading !== undefined) {
      section = sectionOf(heading);
    } else if (section !== undefined) {
      const record = parseRecord(line);
      if (record !== undefined) {
        records[section].push(record);
      }
    }
  }
  return {
    status: /(?:status|rcode): ([A-Z0-9]+)/.exec(text)?.[1] ?? (records.answer.length > 0 ? "NOERROR" : "NO-REPLY"),
    flags: (/^;; flags:([^;]*);/im.exec(text)?.[1] ?? "").trim().split(/\s+/),
    ...records,
    text,
  };
}

function sectionOf(heading: string): Section | undefined {
  switch (heading) {
    case "ANSWER":
      return "answer";
    case "AUTHORITY":
      return "authority";
    case "ADDITIONAL":
      return "additional";
    default:
      return undefined; // QUESTION, PSEUDOSECTION
  }
}

const RECORD = /^(\S+)\s+(\d+)\s+(IN|CH|HS|ANY|NONE)\s+(\S+)\s*(.*)$/;

function parseRecord(line: string): DigRecord | undefined {
  const [, name, ttl, recordClass, type, data] = RECORD.exec(line) ?? [];
  if (name === undefined || name.startsWith(";") || recordClass === undefined || type === undefined) {
    return undefined;
  }
  return { name, ttl: Number(ttl), class: recordClass, type, data: data ?? "" };
}
