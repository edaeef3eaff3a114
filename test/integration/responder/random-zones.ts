import { seededRandom } from "../../support/property.ts";
import { zoneName } from "../../support/zone-name.ts";
import { wildcardBelow, type Name } from "../../../src/dns/name/name.ts";
import type { Family, RRset } from "../../../src/dns/record.ts";
import { parseZoneFile } from "../../../src/dns/zone-file/parse-zone-file.ts";
import type { ClientAnswer, ServedAlias, ServedZone } from "../../../src/responder/answer-source.ts";

export interface RandomZone {
  readonly domain: Name;
  /** As a server without aliases holds it. */
  readonly text: string;
  /** The same with some of its addresses as aliases. */
  readonly served: ServedZone;
  readonly live: (alias: Name, family: Family, now: number) => ClientAnswer;
  /** Every name in it, and some that are not. */
  readonly names: readonly Name[];
}

/** A zone that servers accept, of few different labels, so that wildcards, delegations, DNAMEs and CNAMEs meet; the same for the same salt. */
export function randomZone(domain: Name, salt: number): RandomZone {
  const random = seededRandom(salt);
  const lines = acceptable(domain, [
    ...APEX,
    ...Array.from({ length: 14 + pick(random, 20) }, () => linesOf(random, domain)).flat(),
  ]);
  const text = `${lines.join("\n")}\n`;
  const file = parseZoneFile(text, domain);
  const sets = file.kind === "ok" ? file.records : [];
  const aliases = aliasesOf(random, sets);
  const owners = new Set(aliases.map(({ name }) => name));
  const isLive = ({ name, type }: RRset): boolean => owners.has(name) && (type === "A" || type === "AAAA");
  return {
    domain,
    text,
    served: { domain, sets: sets.filter((set) => !isLive(set)), aliases, clientSubnet: false },
    live: (alias, family, now) => {
      const addresses = sets.find(({ name, type }) => name === alias && type === family)?.data;
      const askAgainAt = now + 3_600_000;
      return addresses === undefined
        ? { kind: "none", refreshAt: askAgainAt }
        : { kind: "addresses", addresses, freshUntil: askAgainAt, refreshAt: askAgainAt };
    },
    names: askedNames(random, domain, sets),
  };
}

const TTL = 300;
const APEX = [`$TTL ${TTL}`, "@ SOA ns.test. host.test. 1 7200 900 1209600 60", "@ NS ns.test."];
const LABELS = ["a", "b", "c", "*"] as const;

function pick(random: () => number, count: number): number {
  return Math.floor(random() * count);
}

function nameOf(random: () => number, domain: Name): string {
  const labels = Array.from({ length: pick(random, 4) }, () => LABELS[pick(random, LABELS.length)] ?? "a");
  return [...labels, domain].join(".");
}

function linesOf(random: () => number, domain: Name): readonly string[] {
  const owner = nameOf(random, domain);
  const target = nameOf(random, domain);
  const lines = [
    `${owner} A 192.0.2.${1 + pick(random, 200)}`,
    `${owner} A 192.0.2.${1 + pick(random, 200)}`,
    `${owner} AAAA 2001:db8::${1 + pick(random, 200)}`,
    `${owner} TXT t`,
    `${owner} MX 10 ${target}`,
    `${owner} CNAME ${target}`,
    `${owner} CNAME ${target}`,
    `${owner} NS ${target}`,
    `${owner} NS elsewhere.test.`,
    `${owner} NS a.${owner}\na.${owner} A 192.0.2.${1 + pick(random, 200)}`,
    // A wildcard DNAME has no defined meaning (RFC 4592 4.4). A DNAME into itself makes endless chains, which differ from server to server.
    owner.startsWith("*.") || (target.endsWith(owner) && random() < 0.9) ? "" : `${owner} DNAME ${target}`,
  ];
  return (lines[pick(random, lines.length)] ?? "").split("\n");
}

/** Without the lines that the reader of zone files finds fault with. */
function acceptable(domain: Name, lines: readonly string[]): readonly string[] {
  const file = parseZoneFile(`${lines.join("\n")}\n`, domain);
  if (file.kind === "ok") {
    return lines;
  }
  const wrong = new Set(file.problems.map(({ line }) => line - 1));
  return acceptable(
    domain,
    lines.filter((_, index) => !wrong.has(index)),
  );
}

function aliasesOf(random: () => number, sets: readonly RRset[]): readonly ServedAlias[] {
  const names = new Set(sets.filter(({ type }) => type === "A").map(({ name }) => name));
  return [...names].filter(() => random() < 0.5).map((name) => ({ name, families: ["A", "AAAA"], maxTtl: TTL }));
}

function askedNames(random: () => number, domain: Name, sets: readonly RRset[]): readonly Name[] {
  const known = sets.map(({ name }) => name);
  const random40 = Array.from({ length: 40 }, () => parsedName(nameOf(random, domain)));
  return [...new Set([...known, ...known.map(wildcardBelow), ...random40])];
}

function parsedName(text: string): Name {
  const name = zoneName(text);
  if (name === undefined) {
    throw new Error(`not a name: ${text}`);
  }
  return name;
}
