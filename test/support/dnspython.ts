import { existsSync } from "node:fs";
import type { DnsEndpoint } from "./dns-probe.ts";
import { runOrThrow } from "./run.ts";

export interface PythonQuestion {
  readonly name: string;
  readonly type: string;
  readonly protocol?: "udp" | "tcp";
  /** Octets that are taken; absent: no EDNS. */
  readonly udpSize?: number;
  readonly dnssecOk?: boolean;
}

/** What dnspython reads in an answer; records are sorted lines `name ttl type data`. */
export interface PythonReply {
  readonly rcode: string;
  /** Upper case: QR AA TC RD. */
  readonly flags: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

/** Asks with Debian's python3-dnspython, each question once, 3 s. Throws when one is not answered or the answer cannot be read. */
export async function dnspython(
  { host, port }: DnsEndpoint,
  questions: readonly PythonQuestion[],
): Promise<readonly PythonReply[]> {
  const stdout = await runOrThrow(PYTHON, ["-c", SCRIPT], { input: JSON.stringify({ host, port, questions }) });
  return JSON.parse(stdout);
}

/** As `skipWithout` of component.ts. */
export function skipWithoutDnspython(): string | false {
  const isThere = existsSync("/usr/lib/python3/dist-packages/dns/message.py");
  return isThere || process.env["CI"] === "true"
    ? false
    : "not installed: python3-dnspython; test/env/install brings it";
}

/** Debian's own Python, which has dnspython; another python3 may come first in PATH. */
export const PYTHON = "/usr/bin/python3";
const SCRIPT = `
import sys, json, dns.flags, dns.message, dns.query, dns.rcode

def lines(section):
    return sorted(f"{s.name} {s.ttl} {dns.rdatatype.to_text(s.rdtype)} {r.to_text()}" for s in section for r in s)

def ask(q):
    edns = {} if q.get("udpSize") is None else {"use_edns": 0, "payload": q["udpSize"], "want_dnssec": q.get("dnssecOk", False)}
    query = dns.message.make_query(q["name"], q["type"], **edns)
    by = dns.query.tcp if q.get("protocol") == "tcp" else dns.query.udp
    reply = by(query, given["host"], port=given["port"], timeout=3)
    return {
        "rcode": dns.rcode.to_text(reply.rcode()),
        "flags": dns.flags.to_text(reply.flags).split(),
        "answer": lines(reply.answer),
        "authority": lines(reply.authority),
        "additional": lines(reply.additional),
    }

given = json.load(sys.stdin)
print(json.dumps([ask(q) for q in given["questions"]]))
`;
