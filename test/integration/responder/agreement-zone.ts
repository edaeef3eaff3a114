import { parseName, parseOwnerName, type Name } from "../../../src/dns/name/name.ts";
import type { Family } from "../../../src/dns/record.ts";
import { parseZoneFile } from "../../../src/dns/zone-file/parse-zone-file.ts";
import type { LiveAnswer, ServedAlias, ServedZone } from "../../../src/responder/answer-source.ts";

export const DOMAIN = "example.com";

/** What is not ours at all: the same text for everyone. */
const BASE = [
  "$TTL 300",
  "@ SOA ns1 hostmaster 2026112501 7200 900 1209600 60",
  "@ NS ns1",
  "@ NS ns2",
  "@ MX 10 mail",
  "@ MX 20 shop",
  "@ MX 30 mail.example.net.",
  '@ TXT "v=spf1 -all"',
  '@ TXT "second"',
  '@ CAA 0 issue "ca.example.net"',
  "ns1 A 192.0.2.1",
  "ns1 AAAA 2001:db8::1",
  "ns2 A 192.0.2.2",
  "mail A 192.0.2.3",
  "mail AAAA 2001:db8::3",
  'shop TXT "shop"',
  "shop MX 5 mail",
  "shop HTTPS 1 . alpn=h2",
  "www CNAME shop",
  "far CNAME www",
  "apex CNAME @",
  "totenant CNAME x.tenants",
  "abroad CNAME www.example.net.",
  "dead CNAME missing",
  "dead2 CNAME x.there.wild",
  "round CNAME trip",
  "trip CNAME round",
  "self CNAME self",
  "under CNAME host.dev",
  "todname CNAME mail.legacy",
  "_sip._tcp SRV 1 2 5060 mail",
  "_sip._tcp SRV 1 3 5060 sip.example.net.",
  "_443._tcp.mail TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "svc HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.4",
  "svc A 192.0.2.4",
  "svc2 HTTPS 1 mail alpn=h2",
  "svc3 HTTPS 0 svc.example.com.",
  '*.wild TXT "wild"',
  "*.wild MX 10 mail",
  "there.wild A 192.0.2.5",
  'a.*.wild TXT "below a wildcard"',
  "*.pointer CNAME mail",
  "*.deadend CNAME missing",
  '*.tenants TXT "tenant"',
  'known.tenants TXT "known"',
  "dev NS ns1.dev",
  "dev NS ns.example.net.",
  "dev DS 60485 8 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "ns1.dev A 192.0.2.6",
  "ns1.dev AAAA 2001:db8::6",
  "host.dev A 192.0.2.7",
  "qa NS ns1.dev",
  "qa NS ns1",
  "legacy DNAME modern",
  'legacy TXT "legacy"',
  "mail.modern A 192.0.2.8",
  "web.modern CNAME shop",
  "moved DNAME example.net.",
  "null MX 0 .",
  'info HINFO "a" "b"',
  "ptr PTR www",
  "place LOC 52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m",
  'call NAPTR 100 50 "s" "SIP+D2U" "" _sip._tcp',
  "child NS ns1.child",
  "child DS 60486 8 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "ns1.child A 192.0.2.11",
  "tochild CNAME www.child",
  "toorphan CNAME www.orphan",
  "intochild MX 10 www.child",
  "odd TYPE65280 \\# 3 abcdef",
  `big TXT ${Array.from({ length: 8 }, (_, index) => `"${String(index).repeat(200)}"`).join(" ")}`,
  ...Array.from({ length: 40 }, (_, index) => `many A 192.0.2.${index + 1}`),
] as const;

/** A zone below it that is served by the same server, and one to which no delegation leads. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  "child.example.com": [
    "$TTL 300",
    "@ SOA ns1 hostmaster 1 7200 900 1209600 60",
    "@ NS ns1",
    "ns1 A 192.0.2.11",
    "www A 192.0.2.12",
    "up CNAME mail.example.com.",
  ],
  "orphan.example.com": [
    "$TTL 300",
    "@ SOA ns1 hostmaster 1 7200 900 1209600 60",
    "@ NS ns1",
    "ns1 A 192.0.2.13",
    "www A 192.0.2.14",
  ],
};

interface AliasText {
  readonly name: string;
  readonly addresses: Readonly<Partial<Record<Family, readonly string[]>>>;
  readonly httpsTarget?: string;
}

/** TTLs of live answers stand at the alias's bound, which is also what the others are given. */
const ALIAS_TTL = 120;

const ALIASES: readonly AliasText[] = [
  {
    name: "example.com",
    addresses: { A: ["198.51.100.1", "198.51.100.2"], AAAA: ["2001:db8:1::1", "2001:db8:1::2"] },
  },
  { name: "shop.example.com", addresses: { A: ["198.51.100.3"], AAAA: ["2001:db8:1::3"] } },
  { name: "four.example.com", addresses: { A: ["198.51.100.4"] } },
  { name: "six.example.com", addresses: { AAAA: ["2001:db8:1::6"] } },
  { name: "deep.er.app.example.com", addresses: { A: ["198.51.100.5"] } },
  { name: "cdn.example.com", addresses: { A: ["198.51.100.7"] }, httpsTarget: "d111.example.net" },
  { name: "*.tenants.example.com", addresses: { A: ["198.51.100.8"], AAAA: ["2001:db8:1::8"] } },
];

/** The zones as other servers hold them: an alias is static records with what stands. */
export function peerZoneTexts(): Readonly<Record<string, string>> {
  const records = ALIASES.flatMap(({ name, addresses, httpsTarget }) => [
    ...Object.entries(addresses).flatMap(([family, texts]) =>
      texts.map((text) => `${name}. ${ALIAS_TTL} ${family} ${text}`),
    ),
    ...(httpsTarget === undefined ? [] : [`${name}. ${ALIAS_TTL} HTTPS 0 ${httpsTarget}.`]),
  ]);
  const below = Object.entries(BELOW).map(([domain, lines]) => [domain, textOf(lines)] as const);
  return { [DOMAIN]: textOf([...BASE, ...records]), ...Object.fromEntries(below) };
}

/** The zones as the responder gets them. */
export function servedZones(): readonly ServedZone[] {
  return [
    servedZone(DOMAIN, BASE, ALIASES),
    ...Object.entries(BELOW).map(([domain, lines]) => servedZone(domain, lines, [])),
  ];
}

/** Of all zones. */
export function aliasNames(): readonly Name[] {
  return ALIASES.map(({ name }) => parseOwnerName(name));
}

/** What stands for an alias, fresh for long. */
export function liveAnswer(alias: Name, family: Family, now: number): LiveAnswer {
  const addresses = ALIASES.find(({ name }) => parseOwnerName(name) === alias)?.addresses[family];
  const askAgainAt = now + 3_600_000;
  return addresses === undefined
    ? { kind: "none", refreshAt: askAgainAt }
    : { kind: "addresses", addresses, freshUntil: askAgainAt, refreshAt: askAgainAt };
}

function servedZone(domainText: string, lines: readonly string[], aliases: readonly AliasText[]): ServedZone {
  const domain = parseName(domainText);
  const file = parseZoneFile(textOf(lines), domain);
  if (file.kind === "invalid") {
    throw new Error(file.problems.map(({ line, message }) => `line ${line}: ${message}`).join("\n"));
  }
  return { domain, sets: file.records, aliases: aliases.map(servedAlias), clientSubnet: false };
}

function textOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function servedAlias({ name, httpsTarget }: AliasText): ServedAlias {
  return {
    name: parseOwnerName(name),
    families: ["A", "AAAA"],
    maxTtl: ALIAS_TTL,
    ...(httpsTarget !== undefined && { httpsTarget: parseName(httpsTarget) }),
  };
}
