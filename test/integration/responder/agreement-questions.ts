import { DOMAIN } from "./agreement-zone.ts";

/** One question as a client puts it. */
export interface AgreementQuestion {
  /** As spelled, without the final dot. */
  readonly name: string;
  readonly type: string;
  readonly class: "IN" | "CH" | "ANY";
  readonly protocol: "udp" | "tcp";
  /** Octets that the client takes; absent: no EDNS. */
  readonly udpSize?: number;
  readonly dnssecOk: boolean;
  /** Absent: version 0 without options. */
  readonly edns?: { readonly version: number; readonly options: readonly number[] };
  /** Absent: QUERY without RD, Z, AD and CD. */
  readonly header?: HeaderBits;
}

export interface HeaderBits {
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** Z, the bit that must be zero (RFC 1035 4.1.1). */
  readonly reserved: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
}

/** How a question is named in the table and in messages. */
export function titleOf(question: AgreementQuestion): string {
  const { name, type, protocol, udpSize, dnssecOk, edns, header } = question;
  const more = [
    question.class === "IN" ? "" : question.class,
    protocol === "tcp" ? "tcp" : "",
    udpSize === undefined ? "noedns" : udpSize === 1_232 ? "" : `size=${udpSize}`,
    dnssecOk ? "do" : "",
    edns === undefined ? "" : `version=${edns.version} options=${edns.options.join()}`,
    header === undefined ? "" : titleOfHeader(header),
  ];
  return [name, type, ...more].filter((word) => word !== "").join(" ");
}

function titleOfHeader({ opcode, recursionDesired, reserved, authenticData, checkingDisabled }: HeaderBits): string {
  const bits = [
    recursionDesired ? "rd" : "",
    reserved ? "z" : "",
    authenticData ? "ad" : "",
    checkingDisabled ? "cd" : "",
  ];
  return [`opcode=${opcode}`, ...bits.filter((bit) => bit !== "")].join(" ");
}

/** Every question, each once. */
export function agreementQuestions(): readonly AgreementQuestion[] {
  const all = [...plain(), ...variants(), ...headers(), ...foreign()];
  return [...new Map(all.map((question) => [titleOf(question), question])).values()];
}

/** Left of the domain; "@" is the apex. */
const NAMES = [
  "@",
  "shop",
  "four",
  "six",
  "cdn",
  "deep.er.app",
  "er.app",
  "app",
  "x.deep.er.app",
  "a.tenants",
  "a.b.tenants",
  "*.tenants",
  "tenants",
  "known.tenants",
  "x.known.tenants",
  "www",
  "far",
  "apex",
  "totenant",
  "abroad",
  "dead",
  "dead2",
  "round",
  "self",
  "under",
  "todname",
  "mail",
  "ns1",
  "svc",
  "svc2",
  "svc3",
  "null",
  "info",
  "_sip._tcp",
  "_tcp",
  "_443._tcp.mail",
  "x.wild",
  "x.y.wild",
  "*.wild",
  "wild",
  "there.wild",
  "x.there.wild",
  "a.*.wild",
  "b.*.wild",
  "x.pointer",
  "x.deadend",
  "dev",
  "host.dev",
  "ns1.dev",
  "x.y.dev",
  "qa",
  "x.qa",
  "child",
  "www.child",
  "x.child",
  "up.child",
  "orphan",
  "www.orphan",
  "tochild",
  "toorphan",
  "intochild",
  "legacy",
  "mail.legacy",
  "web.legacy",
  "x.y.legacy",
  "x.moved",
  "modern",
  "missing",
  "x.missing",
] as const;

const TYPES = ["A", "AAAA", "MX", "TXT", "CNAME", "NS", "SOA", "HTTPS", "DS"] as const;

/** Types that stand at few names, each asked for where it is and at some where it is not. */
const RARE: readonly (readonly [string, readonly string[]])[] = [
  [
    "ANY",
    [
      "@",
      "shop",
      "four",
      "mail",
      "www",
      "x.wild",
      "tenants",
      "a.tenants",
      "dev",
      "info",
      "missing",
      "abroad",
      "legacy",
      "mail.legacy",
    ],
  ],
  ["SRV", ["_sip._tcp", "@", "_tcp", "a.tenants"]],
  ["CAA", ["@", "shop", "www", "mail"]],
  ["TLSA", ["_443._tcp.mail", "mail"]],
  ["DNAME", ["legacy", "moved", "x.moved", "@"]],
  ["PTR", ["ptr", "@"]],
  ["LOC", ["place", "@"]],
  ["NAPTR", ["call", "@"]],
  ["HINFO", ["info", "@"]],
  ["TYPE65280", ["odd", "@"]],
  ["TYPE64999", ["@", "shop", "missing"]],
  ["DNSKEY", ["@", "mail", "missing"]],
  ["NSEC", ["@", "mail"]],
  ["NSEC3PARAM", ["@"]],
  ["RRSIG", ["@", "mail"]],
  ["SVCB", ["svc", "@"]],
  ["TYPE0", ["@"]],
  ["TYPE128", ["@"]],
  ["TYPE249", ["@"]],
  ["TYPE250", ["@"]],
  ["TYPE41", ["@"]],
  ["TYPE253", ["@"]],
  ["TYPE254", ["@"]],
];

const USUAL = { class: "IN", protocol: "udp", udpSize: 1_232, dnssecOk: false } as const;

function plain(): readonly AgreementQuestion[] {
  const rare = RARE.flatMap(([type, names]) => names.map((name) => ({ ...USUAL, name: full(name), type })));
  const rest = NAMES.flatMap((name) => TYPES.map((type) => ({ ...USUAL, name: full(name), type })));
  return [...rest, ...rare];
}

/** Of those for local use (RFC 6891 9). */
const UNKNOWN_OPTION = 65_001;
const NSID = 3;
const CLIENT_SUBNET = 8;
const COOKIE = 10;
/** A client without one of them, with each, and with all. */
const OPTIONS = [[NSID], [CLIENT_SUBNET], [COOKIE], [UNKNOWN_OPTION, NSID, CLIENT_SUBNET, COOKIE]] as const;

function variants(): readonly AgreementQuestion[] {
  const some = ["@", "shop", "www", "mail", "x.wild", "a.tenants", "missing", "dev", "mail.legacy", "er.app"];
  const asked = some.flatMap((name) => ["A", "TXT", "MX"].map((type) => ({ ...USUAL, name: full(name), type })));
  const big = ["big TXT", "many A", "@ MX", "host.dev A"].map((text) => {
    const [name = "", type = ""] = text.split(" ");
    return { ...USUAL, name: full(name), type };
  });
  return [
    ...asked.map((question) => ({ ...question, name: mixedCase(question.name) })),
    ...asked.map(withoutEdns),
    ...asked.map((question) => ({ ...question, dnssecOk: true })),
    ...asked.map((question) => ({ ...question, protocol: "tcp" as const })),
    ...asked.map((question) => ({ ...question, edns: { version: 1, options: [] } })),
    ...asked.map((question) => ({ ...question, edns: { version: 0, options: [UNKNOWN_OPTION] } })),
    ...asked.flatMap((question) => OPTIONS.map((options) => ({ ...question, edns: { version: 0, options } }))),
    ...big,
    ...big.map(withoutEdns),
    ...big.map((question) => ({ ...question, udpSize: 512 })),
    ...big.map((question) => ({ ...question, udpSize: 4_096 })),
    ...big.map((question) => ({ ...question, protocol: "tcp" as const })),
  ];
}

/** Each bit of the header that a client sets, alone and with the others, and every opcode but UPDATE's and those that have other sections. */
function headers(): readonly AgreementQuestion[] {
  const asked = ["@ A", "shop TXT", "missing A", "dev A", "www A"].map((text) => {
    const [name = "", type = ""] = text.split(" ");
    return { ...USUAL, name: full(name), type };
  });
  const query = {
    opcode: 0,
    recursionDesired: false,
    reserved: false,
    authenticData: false,
    checkingDisabled: false,
  };
  const bits = [
    { ...query, recursionDesired: true },
    { ...query, reserved: true },
    { ...query, authenticData: true },
    { ...query, checkingDisabled: true },
    { ...query, recursionDesired: true, authenticData: true, checkingDisabled: true },
    { ...query, recursionDesired: true, reserved: true, authenticData: true, checkingDisabled: true },
    ...[1, 2, 3, 6, 7, 15].map((opcode) => ({ ...query, opcode, recursionDesired: true })),
    { ...query, opcode: 2, recursionDesired: true, reserved: true, authenticData: true, checkingDisabled: true },
  ];
  return asked.flatMap((question) => [
    ...bits.map((header) => ({ ...question, header })),
    ...bits.map((header) => withoutEdns({ ...question, header })),
  ]);
}

function foreign(): readonly AgreementQuestion[] {
  const names = ["example.net", "www.example.net", "com", "evilexample.com", "example.com.example.net", "."];
  const refused = names.flatMap((name) => ["A", "SOA", "ANY"].map((type) => ({ ...USUAL, name, type })));
  return [
    ...refused,
    { ...USUAL, name: DOMAIN, type: "AXFR", protocol: "tcp" },
    { ...USUAL, name: DOMAIN, type: "IXFR", protocol: "tcp" },
    { ...USUAL, name: "version.bind", type: "TXT", class: "CH" },
    { ...USUAL, name: DOMAIN, type: "A", class: "CH" },
    { ...USUAL, name: DOMAIN, type: "A", class: "ANY" },
  ];
}

function full(name: string): string {
  return name === "@" ? DOMAIN : `${name}.${DOMAIN}`;
}

function withoutEdns({ name, type, class: of, protocol, dnssecOk, header }: AgreementQuestion): AgreementQuestion {
  return { name, type, class: of, protocol, dnssecOk, ...(header && { header }) };
}

/** Every second letter in upper case. */
function mixedCase(name: string): string {
  return name.replace(/(.)(.?)/g, (_, first: string, second: string) => first.toUpperCase() + second);
}
